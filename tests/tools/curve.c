/*
 * curve PROJECT NAME STATE SHAPE: puts a fine-tuned model with the loss curves
 * of a training into a project, for screens that show them where nothing can
 * be fine-tuned. SHAPE: falling, rising or none.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tagtiger/err.h"
#include "tagtiger/model.h"
#include "tagtiger/project.h"
#include "tagtiger/scheme.h"

static struct curve_point
point(const char *split, int step, double loss, double f1)
{
	struct curve_point c = { .step = step, .epoch = step / 230.0,
		.loss = loss, .f1 = f1 };

	snprintf(c.split, sizeof c.split, "%s", split);
	return c;
}

int
main(int argc, char **argv)
{
	struct curve_point v[128];
	struct scheme *schemes;
	struct project *p;
	struct err err;
	struct model m = { .kind = (char *)"bert",
		.method = (char *)"almanach/camembert-base",
		.params = (char *)"{\"epochs\":3,\"batch\":4,\"accumulate\":4,"
		    "\"lr\":5e-05,\"n\":740}",
		.labels = (char *)"[]", .folder = (char *)"",
		.metrics = (char *)"{\"notes\":[\"memory was short: 2 x 8 "
		    "instead of 4 x 4, training goes on\"],\"eval\":{"
		    "\"f1_macro\":0.803}}" };
	size_t n = 0, nschemes;

	if (argc != 5)
		return 2;
	m.name = argv[2];
	m.state = argv[3];
	m.time = time(NULL) * 1000LL;
	p = project_open(argv[1], PROJECT_WRITE, &err);
	if (p == NULL || scheme_list(p, &schemes, &nschemes, &err) < 0)
		goto bad;
	m.scheme = schemes[0].id;
	for (int step = 10; step <= 460 && strcmp(argv[4], "none") != 0;
	     step += 10) {
		v[n++] = point("train", step, 0.25 + 0.9 * exp(-step / 150.0) +
		    0.03 * sin(step), NAN);
		if (step % 115 == 0 || step % 230 == 0)
			v[n++] = point("eval", step, step > 300 &&
			    strcmp(argv[4], "rising") == 0 ? 0.66 : 0.35 +
			    0.6 * exp(-step / 160.0), 0.5 + step / 1500.0);
	}
	if (model_put(p, &m, &err) < 0 || curve_add(p, m.id, v, n, &err) < 0)
		goto bad;
	project_close(p);
	scheme_list_free(schemes, nschemes);
	return 0;
bad:
	fprintf(stderr, "%s\n", err.text);
	return 1;
}
