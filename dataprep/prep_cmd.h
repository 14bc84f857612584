/* The commands of cadprep, one function per word.  Included by cadprep_main.c alone. */
#ifndef CADLM_DATAPREP_PREP_CMD_H
#define CADLM_DATAPREP_PREP_CMD_H

#include "core/cli.h"

#ifdef __cplusplus
extern "C" {
#endif

CAD_MUST_USE cad_status cad_cmd_filter(cad_cli *cli);
CAD_MUST_USE cad_status cad_cmd_dedup(cad_cli *cli);
CAD_MUST_USE cad_status cad_cmd_stats(cad_cli *cli);
CAD_MUST_USE cad_status cad_cmd_import(cad_cli *cli);
CAD_MUST_USE cad_status cad_cmd_synth(cad_cli *cli);
CAD_MUST_USE cad_status cad_cmd_render(cad_cli *cli);
CAD_MUST_USE cad_status cad_cmd_round(cad_cli *cli);
CAD_MUST_USE cad_status cad_cmd_reorder(cad_cli *cli);
CAD_MUST_USE cad_status cad_cmd_text(cad_cli *cli);
CAD_MUST_USE cad_status cad_cmd_split(cad_cli *cli);
CAD_MUST_USE cad_status cad_cmd_tokenizer(cad_cli *cli);
CAD_MUST_USE cad_status cad_cmd_rag_build(cad_cli *cli);
CAD_MUST_USE cad_status cad_cmd_rag_query(cad_cli *cli);
CAD_MUST_USE cad_status cad_cmd_rag_embed(cad_cli *cli);
CAD_MUST_USE cad_status cad_cmd_merge(cad_cli *cli);
CAD_MUST_USE cad_status cad_cmd_pack(cad_cli *cli);
CAD_MUST_USE cad_status cad_cmd_preview(cad_cli *cli);
CAD_MUST_USE cad_status cad_cmd_audit(cad_cli *cli);
CAD_MUST_USE cad_status cad_cmd_verify(cad_cli *cli);
CAD_MUST_USE cad_status cad_cmd_run(cad_cli *cli);

/* Makes the folders above a file that a command is to write: they need not exist yet. */
CAD_MUST_USE cad_status cad_make_parent(const char *path);
/* The one argument, a corpus, and -o, a .jsonl that is another file, whose folders are made.  `name`: the command. */
CAD_MUST_USE cad_status cad_cmd_corpus_to_corpus(cad_cli *cli, const char *name, const char **in, const char **out);
/* A corpus where a pack is expected: CAD_EDATA with the command that makes one. */
CAD_MUST_USE cad_status cad_refuse_corpus(const char *path);

#ifdef __cplusplus
}
#endif
#endif
