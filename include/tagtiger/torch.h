/*
 * The door to libtorch: a shared object of its own, opened on first use
 * (src/learn/torch_load.c), whose one exported symbol returns a table of
 * functions. Everything is plain C: opaque handles, pointers, integers and
 * floats. The shim imports nothing from the program, throws nothing, prints
 * nothing; errors come back in struct torch_err.
 *
 * Texts are packed: the token ids of all of them one after the other, text i
 * being ids[offsets[i]] .. ids[offsets[i+1]-1], special tokens included.
 * There is no padding and no attention mask.
 *
 * One thread at a time may be inside the functions of one handle. libtorch's
 * own threads are set by torch_api.threads_set.
 */
#ifndef TAGTIGER_TORCH_H
#define TAGTIGER_TORCH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TORCH_API_VERSION 1

struct torch_err {
	char text[1024];
};

/* What the functions return. */
#define TORCH_OK 0
#define TORCH_FAILED (-1)
#define TORCH_NO_MEMORY (-2) /* of the device; less at a time may fit */

#define TORCH_F32 0
#define TORCH_F16 1
#define TORCH_BF16 2

/* A named array in C order. Given to the shim: borrowed, and copied before
 * the call returns. */
struct torch_tensor {
	const char *name;  /* as Hugging Face calls it now */
	int dtype;	   /* TORCH_F32 ... */
	int ndim;	   /* 0..4 */
	int64_t shape[4];
	const void *data;
};

/* Which names the parameters have in a folder's weights. */
#define TORCH_NAMES_BERT 1 /* bert: embeddings.*, encoder.layer.N.* */

#define TORCH_ACT_GELU 1      /* with erf */
#define TORCH_ACT_GELU_TANH 2 /* gelu_new, gelu_pytorch_tanh */
#define TORCH_ACT_RELU 3
#define TORCH_ACT_SILU 4

/* What stands between the encoder and the classes. */
#define TORCH_HEAD_NONE 0
#define TORCH_HEAD_POOLER 1 /* bert: first token, dense, tanh, dense */

/*
 * An encoder's description. A family is a set of values here and a table of
 * names, never code of its own.
 */
struct torch_config {
	int names; /* TORCH_NAMES_* */
	int vocab_size;
	int hidden_size;
	int layers;
	int heads;
	int intermediate_size;
	int max_positions;     /* rows of the position table; 0: none */
	int position_offset;   /* the first token's row (roberta: pad id + 1) */
	int token_types;       /* rows of the table; 0: none */
	int pad_id;	       /* its embedding is not trained; -1: none */
	int activation;	       /* TORCH_ACT_* */
	int pre_norm;	       /* norms before the blocks, one at the end */
	int embedding_norm;    /* a norm after the sum of the embeddings */
	double norm_eps;
	double hidden_dropout; /* these three act in training only */
	double attention_dropout;
	double classifier_dropout;
	double initializer_range; /* of a fresh head's weights */
	int head;		  /* TORCH_HEAD_* */
	int labels;		  /* classes of the head */
};

struct torch_batch {
	const int32_t *ids;	/* (offsets[n]) */
	const int64_t *offsets; /* (n+1), rising, from 0 */
	const int32_t *types;	/* (offsets[n]), or NULL: all 0 */
	int n;			/* texts; none may be empty */
};

#define TORCH_POOL_MEAN 1 /* over all tokens, special ones too */
#define TORCH_POOL_CLS 2  /* the first token */
#define TORCH_POOL_MAX 3  /* the largest value of each column */

/* What to compute; NULL arrays are not wanted. */
struct torch_output {
	int pooling;	   /* TORCH_POOL_*, for pooled */
	int normalise;	   /* pooled rows to length 1 */
	float *pooled;	   /* (n, hidden) */
	float *logits;	   /* (n, labels); the model needs a head */
	float *tokens;	   /* (offsets[n], hidden), the last layer's */
	double *hidden_l2; /* (layers+1) norms: embeddings, each layer */
};

#define TORCH_LOSS_CE 1	 /* cross-entropy, weighted where weights are */
#define TORCH_LOSS_BCE 2 /* binary cross-entropy, the mean of all cells */

struct torch_train_config {
	int loss;		    /* TORCH_LOSS_* */
	const float *class_weights; /* (labels) or NULL, cross-entropy only */
	double beta1, beta2, eps;   /* AdamW (Loshchilov and Hutter, 2019) */
	double weight_decay;
	int decay_all;	   /* 0: biases and norms are not decayed */
	double clip_norm;  /* of the whole gradient; 0: no clipping */
	uint64_t seed;	   /* of the dropout */
	int bf16;	   /* autocast of the forward pass */
};

/* What the texts of a batch should come out as: one of the two. */
struct torch_target {
	const int32_t *labels; /* (n), for TORCH_LOSS_CE */
	const float *cells;    /* (n, labels) in 0..1, for TORCH_LOSS_BCE */
};

struct torch_step {
	double loss;	  /* over the whole batch, before the step */
	double grad_norm; /* before clipping */
};

struct torch_device {
	char name[16];	    /* "cpu" or "cuda" */
	char detail[160];   /* the GPU's name, or why there is none */
	int64_t memory;	    /* bytes of the GPU; 0 on a CPU */
};

struct torch_model;
struct torch_trainer;

typedef int torch_write_fn(void *arg, const void *data, size_t len);
typedef int torch_read_fn(void *arg, void *data, size_t len);

struct torch_api {
	int version;
	const char *(*torch_version)(void);

	/* Which device `want` ("auto", "cpu", "cuda") comes to. "auto" never
	 * fails; "cuda" fails with the reason. */
	int (*device_find)(const char *want, struct torch_device *out,
	    struct torch_err *err);
	int (*threads_set)(int n, struct torch_err *err);

	/*
	 * A model from its weights, in evaluation. Names with or without the
	 * family's prefix ("bert."); tensors that it has no use for are left
	 * alone, a missing one is an error that names it; but a head (with
	 * bert its pooler too) that is not among the weights is made fresh
	 * from head_seed, and *fresh (may be NULL) counts such parameters.
	 */
	struct torch_model *(*model_new)(const struct torch_config *conf,
	    const struct torch_tensor *weights, size_t n, uint64_t head_seed,
	    const char *device, int *fresh, struct torch_err *err);
	void (*model_free)(struct torch_model *model);
	/* bf16: matrix products in bfloat16, on either device. */
	int (*model_run)(struct torch_model *model,
	    const struct torch_batch *batch, int bf16,
	    const struct torch_output *out, struct torch_err *err);
	/* The parameters, under the names of the family's classification
	 * model, in a fixed order. info->data is NULL; the name lives as long
	 * as the model. read copies one out as f32, of `len` numbers. */
	size_t (*param_count)(const struct torch_model *model);
	int (*param_info)(const struct torch_model *model, size_t i,
	    struct torch_tensor *info, struct torch_err *err);
	int (*param_read)(struct torch_model *model, size_t i, float *out,
	    size_t len, struct torch_err *err);

	/* Training of a model, which must outlive it; model_run between steps
	 * sees the weights as they are. */
	struct torch_trainer *(*trainer_new)(struct torch_model *model,
	    const struct torch_train_config *conf, struct torch_err *err);
	void (*trainer_free)(struct torch_trainer *trainer);
	/*
	 * One update of the weights at the learning rate `rate`, from all the
	 * texts of the batch, at most `micro` of them through the network at
	 * once. The loss is that of the whole batch, whatever `micro` is.
	 * TORCH_NO_MEMORY leaves weights and moments as they were.
	 */
	int (*trainer_step)(struct torch_trainer *trainer,
	    const struct torch_batch *batch, const struct torch_target *target,
	    int micro, double rate, struct torch_step *out,
	    struct torch_err *err);
	/* The loss and the norm of each parameter's gradient, with dropout
	 * off and nothing changed: for the tests. l2 is (param_count). */
	int (*trainer_gradients)(struct torch_trainer *trainer,
	    const struct torch_batch *batch, const struct torch_target *target,
	    int micro, double *loss, double *l2, struct torch_err *err);
	/* Steps taken, weights, moments: all that the next step depends on.
	 * load wants a trainer of the same model; the callbacks return 0. */
	int (*trainer_save)(struct torch_trainer *trainer,
	    torch_write_fn *write, void *arg, struct torch_err *err);
	int (*trainer_load)(struct torch_trainer *trainer, torch_read_fn *read,
	    void *arg, struct torch_err *err);

	/*
	 * Linear algebra as it should be: the largest deviations of a batched
	 * product, a complex dot product, a singular value decomposition and
	 * a solution from what their definitions say. A second BLAS in the
	 * process shows here.
	 */
	int (*blas_check)(double deviation[4], struct torch_err *err);
};

/* The table, or NULL where the shim is of another version. */
const struct torch_api *tagtiger_torch_api(int version);

#ifdef __cplusplus
}
#endif

#endif
