/* The settings that decide what a stage makes, by one blank each: for the records of cadprep run and for those of shares. */
#ifndef CADLM_DATAPREP_PREP_KEYS_H
#define CADLM_DATAPREP_PREP_KEYS_H

#define CAD_PREP_TREE_KEYS                                                                                                     \
    "prep.profile prep.round prep.digits prep.order prep.topo_group prep.annotate prep.require_valid prep.max_bad "            \
    "tokenizer.path"
#define CAD_PREP_IMPORT_KEYS "prep.profile prep.from prep.require_valid prep.max_bad"
#define CAD_PREP_ENTITIES_KEYS "prep.min_entities prep.max_entities"
#define CAD_PREP_TOKENS_KEYS                                                                                                   \
    "prep.filter_tokens prep.filter_field prompt.template prompt.file prompt.eos prompt.bos rag.max_tokens"
/* What packs keep as their representation, and all that decides stage text. */
#define CAD_PREP_FORM_KEYS "prep.order prep.ids prep.derive prep.boilerplate prep.style prep.share prep.names prep.unit"
#define CAD_PREP_TEXT_KEYS "prep.profile prep.max_bad " CAD_PREP_FORM_KEYS

#endif
