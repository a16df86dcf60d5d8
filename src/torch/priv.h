/*
 * What the files of the shim share. Nothing here is visible outside of it.
 */
#ifndef TT_PRIV_H
#define TT_PRIV_H

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <memory>
#include <string>
#include <vector>

#include "kernels.h"
#include "tagtiger/torch.h"

namespace tt {

using at::Tensor;

/* y = x w^T + b. In evaluation on a CPU oneDNN's kernels run on weights that
 * were packed once; `packed` is made on first use, and dropped by a step of
 * training. */
struct Linear {
	Tensor w; /* (out, in) */
	Tensor b; /* (out) */
	Tensor packed, packed16, bias16;
};

struct Norm {
	Tensor w, b; /* (hidden) */
};

struct Layer {
	Linear qkv; /* query, key and value one under the other */
	Linear out, up, down;
	Norm attention_norm, norm;
};

/* A parameter as Hugging Face names it: some rows of one of ours. */
struct Param {
	std::string name;
	size_t leaf;
	int64_t row, rows; /* rows -1: all of it */
};

/* A tensor that training changes as a whole. */
struct Leaf {
	Tensor *t;
	bool decay; /* neither a bias nor a norm */
};

/*
 * Training gathers the rows of the word table that its texts use into a
 * table of their own; of the others weight decay is all that changes, and
 * that is one number.
 */
struct Words {
	std::vector<int32_t> slot; /* (vocab) row of `rows`, or -1 */
	std::vector<int32_t> ids;  /* (used) the vocabulary's row of a slot */
	Tensor rows, m, v;	   /* (capacity, hidden); used are the first */
	double scale = 1;	   /* of all rows that have no slot */
};

struct Model {
	torch_config conf;
	at::Device device = at::kCPU;
	Tensor words, positions, types;
	Norm embedding_norm, final_norm;
	std::vector<Layer> layers;
	Linear pooler, classifier;

	std::vector<Leaf> leaves; /* [0] is the word table */
	std::vector<Param> params;
	Words *trained = nullptr; /* the trainer's, while there is one */

	Model() = default;
	Model(const Model &) = delete;
	Model &operator=(const Model &) = delete;
};

std::unique_ptr<Model> model_make(const torch_config &conf,
    const torch_tensor *weights, size_t n, uint64_t head_seed,
    const char *device, int *fresh);
void model_unpack(Model &m); /* forget packed weights */
Tensor model_param(const Model &m, size_t i); /* as it is now, on the device */

/* The texts [first, last) of a batch, on the device. */
struct Layout {
	std::vector<int64_t> offsets; /* (n+1) from 0 */
	int64_t n, tokens, longest;
	bool zero_types;
	Tensor ids, positions, types; /* (tokens) */
	Tensor first;	/* (n) where each text begins */
	Tensor cu;	/* (n+1) the offsets as int32: on CUDA only */
	Tensor text;	/* (tokens) which text a token belongs to: CUDA only */
};

std::shared_ptr<Layout> layout_make(const Model &m, const torch_batch &b,
    int64_t first, int64_t last);
/* Of a batch that cannot be run; throws. */
void batch_check(const Model &m, const torch_batch &b);
/* The end of the run of texts from `first` that has at most max_texts and
 * max_tokens, but at least one text. */
int64_t batch_cut(const torch_batch &b, int64_t first, int64_t max_texts,
    int64_t max_tokens);

/* One trip through the network. */
struct Pass {
	Model &m;
	std::shared_ptr<Layout> lay;
	bool graph = false;   /* remember what backward needs */
	bool dropout = false;
	bool bf16 = false;
	uint64_t seed = 0;    /* of this pass's dropout */
	Tensor words;	      /* graph: the table that lay->ids point into */
	int64_t pad = -1;     /* its row that gets no gradient */
	double *l2 = nullptr; /* (layers+1) squares are added */
	uint64_t site = 0;    /* of the next dropout */

	Pass(Model &model, std::shared_ptr<Layout> layout)
	    : m(model), lay(std::move(layout))
	{
	}
	Tensor hidden();		    /* (tokens, hidden) f32 */
	Tensor logits(const Tensor &hidden); /* (n, labels) f32 */

private:
	Tensor linear(Linear &l, const Tensor &x);
	Tensor linear_packed(Linear &l, const Tensor &x, int activation);
	Tensor activate(const Tensor &x);
	Tensor norm(const Norm &n, const Tensor &x);
	Tensor add_dropped(const Tensor &x, const Tensor &y, double p);
	Tensor dropped(const Tensor &x, double p);
	Tensor embed();
	Tensor attend(Layer &l, const Tensor &x);
	Tensor feed(Layer &l, const Tensor &x);
	void note(size_t layer, const Tensor &x);
};

Tensor pool(const Tensor &hidden, const Layout &lay, int how, bool normalise);

/* softmax(q k^T / sqrt(width of a head)) v within each text. qkv is
 * (tokens, 3 * hidden); the result (tokens, hidden). */
Tensor attention(const Tensor &qkv, const std::shared_ptr<Layout> &lay,
    int64_t heads);
/* The same with dropout of the probabilities, as part of a graph. */
Tensor attention_graph(const Tensor &qkv, const std::shared_ptr<Layout> &lay,
    int64_t heads, double p, uint64_t seed, uint64_t site);
/* dropout(x), and a + dropout(x), as part of a graph, on a CPU. */
Tensor drop_graph(const Tensor &x, double p, uint64_t seed, uint64_t site);
Tensor drop_add_graph(const Tensor &a, const Tensor &x, double p,
    uint64_t seed, uint64_t site);

struct Trainer {
	Model &m;
	torch_train_config conf;
	Tensor class_weights;	  /* (labels) or undefined */
	Words words;
	std::vector<Tensor> m1, m2; /* moments of leaves [1..] */
	int64_t steps = 0;

	Trainer(Model &model, const torch_train_config &c) : m(model), conf(c)
	{
	}
};

std::unique_ptr<Trainer> trainer_make(Model &m, const torch_train_config &c);
void trainer_close(Trainer &t); /* gives the words back to the model */
void trainer_step(Trainer &t, const torch_batch &b, const torch_target &y,
    int micro, double rate, torch_step *out);
void trainer_gradients(Trainer &t, const torch_batch &b,
    const torch_target &y, int micro, double *loss, double *l2);
void trainer_forget(Trainer &t); /* gradients, after a failure */
void trainer_write(Trainer &t, torch_write_fn *write, void *arg);
void trainer_read(Trainer &t, torch_read_fn *read, void *arg);

/* Devices. cuda_why is empty where there is a GPU. */
bool cuda_found(std::string &name, int64_t &memory, std::string &why);

/* How many tokens go through at once where nobody says. */
int64_t tokens_at_once(const Model &m, bool graph);

} // namespace tt

struct torch_model {
	std::unique_ptr<tt::Model> m;
};

struct torch_trainer {
	std::unique_ptr<tt::Trainer> t;
	~torch_trainer();
};

#endif
