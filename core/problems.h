/* Several failures told as one: what a user has to mend before anything starts. */
#ifndef CADLM_CORE_PROBLEMS_H
#define CADLM_CORE_PROBLEMS_H

#include "core/buf.h"
#include "core/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_problems {
    cad_buf text;
    char hint[600]; /* of the first that has one; it ends the list */
    cad_status first;
    int n;
} cad_problems;
#define CAD_PROBLEMS_INIT ((cad_problems){.text = CAD_BUF_INIT})

/* Takes the message of this thread's last failure, s, into the list; CAD_OK: there was none. */
void cad_problems_add(cad_problems *p, cad_status s);
/* CAD_OK with an empty list; else fails with the status of the first and the messages of all.  Releases the list. */
CAD_MUST_USE cad_status cad_problems_end(cad_problems *p);

#ifdef __cplusplus
}
#endif
#endif
