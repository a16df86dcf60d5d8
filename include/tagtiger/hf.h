/*
 * Hugging Face model folders: what config.json and its neighbours say about
 * an encoder, and writing a fine-tuned one as a folder that `transformers`
 * loads. Weights are in safetensors.h, tokenizer.json in tokenizer.h.
 *
 * A struct hf_model is read once and then only looked at, from any thread.
 */
#ifndef TAGTIGER_HF_H
#define TAGTIGER_HF_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct st_tensor;

/* Every family that the description below has room for; hf_open accepts
 * those that the rest of the program can run. */
enum hf_family {
	HF_BERT,
	HF_ROBERTA,
	HF_CAMEMBERT,
	HF_XLM_ROBERTA,
	HF_DISTILBERT,
	HF_ELECTRA,
	HF_ALBERT,
	HF_MPNET,
	HF_DEBERTA_V2,
	HF_MODERNBERT,
	HF_EUROBERT,
	HF_FAMILIES
};

enum hf_activation {
	HF_GELU,      /* with erf */
	HF_GELU_TANH, /* gelu_new, gelu_pytorch_tanh */
	HF_RELU,
	HF_SILU,
};

/* How the classes of a head relate; HF_PROBLEM_NONE: the config has no word
 * about it. */
enum hf_problem {
	HF_PROBLEM_NONE,
	HF_PROBLEM_SINGLE, /* single_label_classification: softmax */
	HF_PROBLEM_MULTI,  /* multi_label_classification: a sigmoid each */
	HF_PROBLEM_REGRESSION,
};

enum hf_pooling {
	HF_POOL_MEAN, /* over all tokens, special ones too */
	HF_POOL_CLS,
	HF_POOL_MAX,
};

struct hf_config {
	enum hf_family family;
	char *model_type; /* as config.json has it */
	int layers;
	int hidden;	     /* width */
	int heads;	     /* divides hidden */
	int intermediate;    /* width of the feed-forward part */
	int embedding;	     /* width of the token table; mostly hidden */
	int vocab;	     /* rows of the token table */
	int token_types;     /* rows of that table; 0: none */
	int max_positions;   /* rows of the position table */
	int position_offset; /* the first token's row (roberta: pad id + 1) */
	int pad_id;
	enum hf_activation activation;
	double norm_eps;
	double hidden_dropout;
	double attention_dropout;
	double classifier_dropout; /* hidden_dropout where it is not given */
	double initializer_range;
	bool classifier; /* a ...ForSequenceClassification */
	enum hf_problem problem;
	char **labels; /* (label_count), by class index; "LABEL_0" ... */
	size_t label_count;
};

struct hf_model {
	char *dir;
	char *name; /* the folder's own name, without its path */
	struct hf_config config;

	/* Tokens that a text may have, special ones included: the least of
	 * what the position table and model_max_length allow. */
	int max_length;

	/* What sentence-transformers adds, where the folder has its files. */
	bool sentence;		 /* it has modules.json */
	enum hf_pooling pooling; /* mean where nothing is said */
	bool normalise;		 /* embeddings to length 1 */
	bool lower_first; /* lower-case texts before the tokenizer sees them */
	int embed_length; /* tokens it embeds: max_seq_length or max_length */
	/* A step of the folder's that is not among these ("Dense"), or NULL:
	 * embeddings without it are not those of sentence-transformers. */
	char *other_step;
};

/* NULL and err: ERR_NAME where the folder or config.json is absent; a family
 * that is not run here is named together with those that are. */
struct hf_model *hf_open(const char *dir, struct err *err);
void hf_free(struct hf_model *m); /* NULL is fine */

const char *hf_family_name(enum hf_family f); /* "bert" */

/* What hf_save writes: labels (label_count) by class index; tensors (n) under
 * the names of the family's ...ForSequenceClassification. */
struct hf_result {
	const char *const *labels;
	size_t label_count;
	enum hf_problem problem; /* single or multi */
	const struct st_tensor *tensors;
	size_t n;
};

/*
 * Write the fine-tuned model into the folder `dir` (made if it is not there):
 * the base's config.json with architectures, labels and problem_type set and
 * all other keys kept, its tokenizer files, and model.safetensors. Every file
 * is complete or absent, and config.json comes last, so that a folder with a
 * config.json is whole.
 */
int hf_save(const char *base, const char *dir, const struct hf_result *r,
    struct err *err);

#endif
