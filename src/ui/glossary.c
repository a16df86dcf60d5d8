/*
 * What the numbers on the screens mean, two lines each. A view names the
 * entries that its cursor is on (.term), and `?` begins with them; all can be
 * looked for there.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/utf8.h"

#include "priv.h"

static const struct term terms[] = {
	/* how far one is */
	{ "tagged", "texts tagged, done",
	    "Texts of the set that have a label of this scheme, or \"none of "
	    "these\", from at least one person." },
	{ "left", "to tag, remaining",
	    "Texts of the set that nobody has tagged yet in this scheme." },
	{ "texts of a label", "count, how often, texts",
	    "How many texts carry the label, whoever gave it. A text that two "
	    "people gave it counts once." },
	{ "annotations", "annotations of a scheme",
	    "What people gave, one for each text and person. A text that three "
	    "people tagged has three." },
	{ "share", "percent, %",
	    "The label's texts among the tagged ones. Where a text can carry "
	    "several labels the shares add up to more than 100 %." },
	{ "enough", "! 9 of 50, too few",
	    "With fewer than about 50 texts a model learns a label badly, and "
	    "its scores are uncertain. The sign ! says how many there are." },
	{ "train", "train set",
	    "The texts that people tag and models learn from." },
	{ "validation", "valid, validation set",
	    "Texts kept out of training, to compare models and settings with. "
	    "Optional." },
	{ "test", "test set, blind",
	    "Texts drawn at random that no model learns from and that are "
	    "tagged without seeing a prediction: for the final scores." },
	{ "rest", "rest of the texts",
	    "Texts in no other set: they are kept and predicted, and not shown "
	    "for tagging until some are drawn." },
	{ "disk", "size, MB",
	    "Room that the project takes: its file, and the folder beside it "
	    "with features, predictions and fine-tuned models." },
	{ "pace", "texts an hour, per hour, speed of tagging",
	    "Texts tagged per hour of work. A break of more than ten minutes "
	    "does not count as work." },
	/* people */
	{ "agreement", "percent agreement",
	    "Share of the texts tagged by two people on which they gave the "
	    "same labels. Chance alone gives some agreement: see alpha." },
	{ "alpha", "Krippendorff, reliability",
	    "Krippendorff's alpha: agreement corrected for chance. 1 is "
	    "perfect, 0 is what chance gives; .80 is good, below .67 doubtful." },
	{ "kappa", "Cohen",
	    "Cohen's kappa: agreement of two people corrected for chance. 1 is "
	    "perfect, 0 is what chance gives." },
	{ "disagreements", "differ, disagree",
	    "Texts that several people tagged differently. Models and scores "
	    "leave them out until they are decided." },
	/* scores */
	{ "accuracy", "subset accuracy, correct",
	    "Share of the texts whose prediction is the annotation. With "
	    "several labels a text, all of them must be right." },
	{ "precision", "P, prec.",
	    "Of the texts predicted to have the label, the share that have it. "
	    "Low: the model gives the label too freely." },
	{ "recall", "R, sensitivity",
	    "Of the texts that have the label, the share that the model found. "
	    "Low: it misses many." },
	{ "F1", "f-score, f1 score",
	    "Precision P and recall R in one number, 2PR / (P + R): high only "
	    "where both are high." },
	{ "F1 macro", "macro average",
	    "The mean of the labels' F1. Each label counts the same, a rare "
	    "one as much as a frequent one." },
	{ "F1 micro", "micro average",
	    "F1 of all decisions taken together, so that frequent labels weigh "
	    "more. With one label a text it is the accuracy." },
	{ "F1 weighted", "F1 weigh., weighted average",
	    "The mean of the labels' F1, each weighted by how many texts have "
	    "the label." },
	{ "ROC AUC", "AUC, area under the curve",
	    "How often a text with the label gets a higher probability of it "
	    "than one without. 1 is perfect, .5 chance; the labels' mean." },
	{ "ECE", "calibration, calibration error",
	    "By how much probabilities are off: of texts with .8 eight in ten "
	    "should be right. With few texts it is too high by chance." },
	{ "Brier score", "Brier",
	    "Mean squared distance of the probabilities from the annotation. 0 "
	    "is perfect; the worst is 1, with three labels or more 2." },
	{ "log loss", "cross-entropy",
	    "How surprised the model is by the annotations, lower is better. "
	    "A few that are wrong and very sure make it large." },
	{ "support", "texts scored",
	    "How many of the scored texts have the label. With few of them its "
	    "scores are uncertain." },
	{ "interval", "confidence interval, ±, ci, 95 %",
	    "Where the score may well lie given so few texts: the middle 95 % "
	    "of scores on texts drawn again from these. ± is half its width." },
	{ "confusion", "confusion matrix, errors",
	    "A row for what people said, a column for what the model said. The "
	    "diagonal is right; any other cell counts one kind of error." },
	{ "cross-validated", "CV, CV10, cross-validation, fold",
	    "The texts are split in parts; each part is predicted by a model "
	    "trained on the others. A fair score without a test set." },
	{ "exact", "on training texts",
	    "Scores on the very texts that the model learned from: too good as "
	    "a rule. The cross-validated or the test scores are fair." },
	{ "out", "out of training",
	    "Tagged train texts that this model did not learn from. They were "
	    "not drawn at random, so that the test set is a better judge." },
	{ "looks", "looked at, times",
	    "How often this model's test scores were shown. Choosing by them "
	    "again and again makes the test set flatter the choice." },
	/* predictions */
	{ "probability", "bar, proba",
	    "The model's probability that the text has the label, from 0 to 1. "
	    "It can be too sure of itself." },
	{ "sure", "certainty, confidence",
	    "The probability of the label that the model finds most likely." },
	{ "entropy", "uncertainty, most uncertain",
	    "How undecided the model is: 0 where one label has all the "
	    "probability, highest where all have the same." },
	{ "inclusion probability", "inclusion, sampling weight",
	    "The probability with which the program drew just this text. "
	    "Estimates for the whole corpus are weighted by it." },
	{ "audit", "1 in 10 at random, random share",
	    "Share of texts that active mode draws at random, so that the "
	    "labelled texts still tell about the whole." },
	{ "retrain", "retrain in, since training",
	    "The quick model is trained again in the background after so many "
	    "new labels." },
	/* features and training */
	{ "dimensions", "dims, columns of a feature",
	    "How many numbers a feature gives for each text: for sbert the size "
	    "of the model's vectors, for tfidf the number of words." },
	{ "loss", "train loss, training loss",
	    "How far the model's probabilities are from the labels, lower is "
	    "better. On training texts it falls even when nothing is learned." },
	{ "eval loss", "validation loss, eval",
	    "The loss on texts kept out of training. Where it rises while the "
	    "training loss falls, the model learns by heart: stop." },
	{ "epoch", "epochs",
	    "One pass over all training texts. Three to five are usual for "
	    "fine-tuning." },
	{ "step", "steps",
	    "One change of the model's weights, made after one batch of texts." },
	{ "batch", "effective batch, accumulate",
	    "Texts between two changes of the weights: what fits the memory at "
	    "once, times how many of these are added up." },
	{ "learning curve", "score by labels",
	    "The score against the number of labelled texts. Where it is flat, "
	    "more labels will bring little." },
	{ "calibration", "ECE, expected calibration error",
	    "Whether of the texts predicted at .8 some 80 % are right. ECE is "
	    "the mean distance between the two, 0 is best." },
	{ "distinct", "different values, first values",
	    "In the form of a new project: how many different values a column "
	    "has, and those that come first." },
	{ NULL, NULL, NULL },
};

const struct term *
glossary_at(size_t i)
{
	return terms[i].name != NULL ? &terms[i] : NULL;
}

static bool
same(const char *a, size_t len, const char *b)
{
	char *x = utf8_fold(a, len), *y = utf8_fold(b, strlen(b));
	bool is = strcmp(x, y) == 0;

	free(x);
	free(y);
	return is;
}

/* By its name, or another that it goes by. */
const struct term *
glossary_find(const char *name)
{
	for (size_t i = 0; terms[i].name != NULL; i++)
		if (same(terms[i].name, strlen(terms[i].name), name))
			return &terms[i];
	for (size_t i = 0; terms[i].name != NULL; i++) {
		const char *also = terms[i].also;

		while (*also != '\0') {
			size_t n = strcspn(also, ",");

			if (same(also, n, name))
				return &terms[i];
			also += n;
			also += strspn(also, ", ");
		}
	}
	return NULL;
}
