/*
 * Which texts of the set the criteria let through: gone through once, then
 * text by text as acts change them.
 */
#include <stdlib.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/err.h"
#include "tagtiger/lease.h"
#include "picker.h"

void
pass_drop(struct picker *p)
{
	free(p->passed.why);
	free(p->passed.aside);
	p->passed = (struct passed){ 0 };
}

/* Tagged by fewer people than shall, and not by this account. */
static bool
second_opinion(const struct picker *p, const struct next_criteria *c,
    int64_t seq)
{
	uint16_t f = p->flags[seq];

	return c->user == NEXT_ANYONE && p->set == SET_TRAIN &&
	    (f & (DOC_TAGGED_MINE | DOC_DECIDED)) == 0 &&
	    (f & DOC_PEOPLE) / DOC_PEOPLE_ONE <
	    several_people(&p->several, seq);
}

static enum why_not
row_fits(const struct picker *p, const struct next_criteria *c, size_t i,
    int predicted)
{
	int64_t seq = p->rows[i];
	uint16_t f = p->flags[seq];
	bool tagged = (f & DOC_TAGGED) != 0, waits = false;

	if (c->user != NEXT_ANYONE)
		tagged = p->by.v[seq] != 0;
	if (c->filter == NEXT_UNTAGGED && tagged) {
		waits = second_opinion(p, c, seq);
		if (!waits)
			return TAGGED;
	}
	if (c->filter == NEXT_TAGGED && !tagged)
		return UNTAGGED;
	if (f & DOC_SKIPPED)
		return SKIPPED;
	if (f & DOC_SEEN)
		return SEEN;
	if ((f & DOC_OUT) != 0 && c->filter == NEXT_UNTAGGED)
		return OUT;
	if ((c->filter == NEXT_ALL && c->user != NEXT_ANYONE && !tagged) ||
	    (c->regex != NULL && !p->match.v[seq]) ||
	    (c->carries != 0 && !p->carry.v[seq]) ||
	    (c->comment && !(f & DOC_COMMENTED)) ||
	    (c->flag && !(f & DOC_FLAGGED)) ||
	    (c->wrong && !p->wrong.v[seq]) ||
	    (predicted >= 0 && !scores_predicted(&p->scores, i, predicted)))
		return FILTERED;
	return waits ? WAITS : FITS;
}

static void
fits_set(struct picker *p, size_t i, enum why_not why)
{
	bool fits = why == FITS;

	p->nwaits -= p->waits[i];
	p->waits[i] = why == WAITS;
	p->nwaits += p->waits[i];
	/* What an order has passed by is announced when it fits again. */
	if (fits && !p->fits[i] && p->scores.order != NULL)
		select_order_again(p->scores.order, i);
	p->fits[i] = fits;
}

static bool
same_filters(const struct next_criteria *a, const struct next_criteria *b)
{
	return a->filter == b->filter && a->user == b->user &&
	    a->carries == b->carries &&
	    a->predicted == b->predicted && a->wrong == b->wrong &&
	    a->comment == b->comment && a->flag == b->flag &&
	    (a->regex != NULL) == (b->regex != NULL);
}

static int
pass_all(struct picker *p, const struct next_criteria *c, struct err *err)
{
	struct passed *d = &p->passed;

	pass_drop(p);
	d->c = *c;
	d->c.regex = c->regex != NULL ? (char *)"" : NULL;
	d->c.model = NULL;
	d->predicted = c->predicted != 0 ?
	    scores_label(&p->scores, c->predicted) : -1;
	if (c->predicted != 0 && d->predicted < 0)
		return err_set(err, "model '%s' does not know the label that "
		    "--predicted names: train it again", p->scores.name);
	d->why = try_alloc(p->n + 1, 1, err);
	if (d->why == NULL)
		return -1;
	for (size_t i = 0; i < p->n; i++) {
		enum why_not why = row_fits(p, &d->c, i, d->predicted);

		d->why[i] = (uint8_t)why;
		d->tally[why]++;
		fits_set(p, i, why);
	}
	d->ready = true;
	return 0;
}

void
pass_row(struct picker *p, size_t row)
{
	struct passed *d = &p->passed;
	enum why_not why;

	if (!d->ready || row == SIZE_MAX)
		return;
	why = row_fits(p, &d->c, row, d->predicted);
	d->tally[d->why[row]]--;
	d->tally[why]++;
	d->why[row] = (uint8_t)why;
	fits_set(p, row, why);
}

void
picker_aside(struct picker *p, size_t row)
{
	struct passed *d = &p->passed;

	d->aside = array_room(d->aside, d->naside, &d->cap, sizeof *d->aside);
	d->aside[d->naside++] = row;
	fits_set(p, row, WHY_NOT);
}

int
picker_pass(struct picker *p, struct project *project,
    const struct next_criteria *c, struct next_counts *counts, struct err *err)
{
	struct passed *d = &p->passed;
	struct lease_held *held;
	size_t n;

	if (d->ready && same_filters(&d->c, c)) {
		while (d->naside > 0) {
			size_t row = d->aside[--d->naside];

			fits_set(p, row, (enum why_not)d->why[row]);
		}
	} else if (pass_all(p, c, err) < 0) {
		return -1;
	}
	*counts = (struct next_counts){ .tagged = d->tally[TAGGED],
		.untagged = d->tally[UNTAGGED], .skipped = d->tally[SKIPPED],
		.seen = d->tally[SEEN], .held = d->tally[OUT], .filtered = d->tally[FILTERED],
		.fits = d->tally[FITS] + d->tally[WAITS],
		.second = d->tally[WAITS], .total = p->n };
	if (lease_held(project, c->scheme, &held, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		size_t row = picker_row(p, held[i].doc);

		if (row == SIZE_MAX || !(p->fits[row] | p->waits[row]))
			continue;
		counts->second -= p->waits[row];
		picker_aside(p, row);
		counts->fits--;
		counts->held++;
	}
	free(held);
	return 0;
}
