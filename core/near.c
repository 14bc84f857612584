#include "core/near.h"

#include <string.h>

int cad_name_distance(const char *a, const char *b)
{
    enum { MAX = 40 };
    size_t la = strlen(a), lb = strlen(b);
    if (la >= MAX || lb >= MAX)
        return MAX;
    int d[MAX + 1][MAX + 1];
    for (size_t i = 0; i <= la; i++)
        d[i][0] = (int)i;
    for (size_t j = 0; j <= lb; j++)
        d[0][j] = (int)j;
    for (size_t i = 1; i <= la; i++)
        for (size_t j = 1; j <= lb; j++) {
            int best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (d[i - 1][j] + 1 < best)
                best = d[i - 1][j] + 1;
            if (d[i][j - 1] + 1 < best)
                best = d[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    return d[la][lb];
}

bool cad_name_is_near(int edits, const char *name)
{
    int len = (int)strlen(name);
    return edits <= (len <= 3 ? 1 : len <= 6 ? 2 : 3);
}

void cad_nearest_offer(cad_nearest *n, const char *candidate, const void *item)
{
    int edits = cad_name_distance(n->name, candidate);
    if (n->item && edits >= n->edits)
        return;
    n->item = item;
    n->edits = edits;
}

const void *cad_nearest_ask(const cad_nearest *n)
{
    return cad_name_is_near(n->edits, n->name) ? n->item : NULL;
}
