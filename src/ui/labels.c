/* Labels in words. */
#include "tagtiger/scheme.h"

#include "priv.h"

char *
labels_joined(const struct scheme *s, const int64_t *labels, size_t n)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < n; i++) {
		const struct label *l = label_by_id(s, labels[i]);

		buf_addf(&b, "%s%s", i > 0 ? " + " : "",
		    l != NULL ? l->name : "?");
	}
	if (n == 0)
		buf_adds(&b, "none");
	return buf_take(&b);
}
