/* Tokenizers of real models, of the folder of real inputs. */
#ifndef CADLM_TESTS_MODEL_REAL_TOKENIZER_H
#define CADLM_TESTS_MODEL_REAL_TOKENIZER_H

#include "model/text/tokenizer.h"
#include "tests/scratch_dir.h"

/* "qwen2.5", "llama3.2"; skips the test when it is not there, unless it is required. */
static inline cad_tokenizer *real_tokenizer(const char *family)
{
    char command[9000];
    const char *dir = shared_dir();
    cad_tokenizer *t;
    if (!dir)
        skip();
    snprintf(command, sizeof command, "xz -dc '%s/tokenizers/%s/tokenizer.json.xz' > '%s' 2>/dev/null", dir, family,
             scratch("real.json"));
    if (system(command) != 0) {
        if (shared_required())
            fail_msg("no %s/tokenizers/%s, or no xz, and CADLM_SHARED_REQUIRED=1", dir, family);
        print_message("skipped: no %s/tokenizers/%s, or no xz\n", dir, family);
        skip();
    }
    ok(cad_tokenizer_load(scratch("real.json"), &t));
    return t;
}

#endif
