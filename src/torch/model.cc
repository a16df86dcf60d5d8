/*
 * A model's parameters: their names in a folder, where they stand here, and
 * a head for those that have none yet.
 */
#include "priv.h"

#include <cmath>
#include <cstring>
#include <numbers>
#include <stdexcept>
#include <unordered_map>

namespace tt {

/* A family's names; %d is the layer. */
struct Names {
	int id;
	const char *prefix;
	const char *words, *positions, *types, *embedding_norm;
	const char *query, *key, *value, *out, *attention_norm;
	const char *up, *down, *norm, *final_norm;
	const char *pooler, *classifier;
};

static const Names families[] = {
	{
		.id = TORCH_NAMES_BERT,
		.prefix = "bert.",
		.words = "embeddings.word_embeddings",
		.positions = "embeddings.position_embeddings",
		.types = "embeddings.token_type_embeddings",
		.embedding_norm = "embeddings.LayerNorm",
		.query = "encoder.layer.%d.attention.self.query",
		.key = "encoder.layer.%d.attention.self.key",
		.value = "encoder.layer.%d.attention.self.value",
		.out = "encoder.layer.%d.attention.output.dense",
		.attention_norm = "encoder.layer.%d.attention.output.LayerNorm",
		.up = "encoder.layer.%d.intermediate.dense",
		.down = "encoder.layer.%d.output.dense",
		.norm = "encoder.layer.%d.output.LayerNorm",
		.final_norm = "encoder.LayerNorm",
		.pooler = "pooler.dense",
		.classifier = "classifier",
	},
};

/* Fills a Model from the weights of a folder. */
class Loader {
public:
	Loader(Model &m, const torch_tensor *weights, size_t n, uint64_t seed);
	void load();
	int fresh = 0;

private:
	const torch_tensor *find(const std::string &name) const;
	Tensor read(const std::string &name, at::IntArrayRef shape) const;
	std::string in_layer(const char *format, size_t layer) const;
	void add(Tensor &t, bool decay, std::vector<Param> params);
	void table(Tensor &t, const char *name, int64_t rows);
	void linear(Linear &l, const std::vector<std::string> &names,
	    int64_t out, int64_t in);
	void norm(Norm &n, const std::string &name);
	void head(Linear &l, const std::string &name, int64_t out, int64_t in);
	Tensor normal(at::IntArrayRef shape);

	Model &m;
	const Names *names = nullptr;
	std::unordered_map<std::string, const torch_tensor *> given;
	uint64_t seed;
};

Loader::Loader(Model &model, const torch_tensor *weights, size_t n,
    uint64_t head_seed)
    : m(model), seed(head_seed)
{
	for (const Names &f : families)
		if (f.id == m.conf.names)
			names = &f;
	if (names == nullptr)
		throw std::runtime_error("no such family of encoders");
	for (size_t i = 0; i < n; i++)
		given[weights[i].name] = &weights[i];
}

/* With the prefix or without; files of TensorFlow's time say gamma and beta. */
const torch_tensor *
Loader::find(const std::string &name) const
{
	static const char *const old[][2] = { { "LayerNorm.weight",
		"LayerNorm.gamma" }, { "LayerNorm.bias", "LayerNorm.beta" } };

	for (const std::string &p : { std::string(names->prefix),
	    std::string() }) {
		auto it = given.find(p + name);
		if (it != given.end())
			return it->second;
		for (auto &o : old) {
			size_t at = name.rfind(o[0]);
			if (at == std::string::npos)
				continue;
			it = given.find(p + name.substr(0, at) + o[1]);
			if (it != given.end())
				return it->second;
		}
	}
	return nullptr;
}

static at::ScalarType
type_of(const torch_tensor &t)
{
	switch (t.dtype) {
	case TORCH_F32:
		return at::kFloat;
	case TORCH_F16:
		return at::kHalf;
	case TORCH_BF16:
		return at::kBFloat16;
	}
	throw std::runtime_error(std::string(t.name) +
	    ": not a floating point tensor");
}

static std::string
shape_text(at::IntArrayRef shape)
{
	std::string s = "(";

	for (size_t i = 0; i < shape.size(); i++)
		s += (i ? ", " : "") + std::to_string(shape[i]);
	return s + ")";
}

/* A copy in f32. The file's data may stand at any address. */
Tensor
Loader::read(const std::string &name, at::IntArrayRef shape) const
{
	const torch_tensor *t = find(name);

	if (t == nullptr)
		throw std::runtime_error("the weights lack " +
		    (names->prefix + name));
	at::IntArrayRef have(t->shape, (size_t)t->ndim);
	if (have != shape)
		throw std::runtime_error(std::string(t->name) + " is " +
		    shape_text(have) + ", the configuration wants " +
		    shape_text(shape));
	Tensor raw = at::empty(shape, type_of(*t));
	if (raw.nbytes() > 0)
		memcpy(raw.data_ptr(), t->data, raw.nbytes());
	return raw.to(at::kFloat);
}

std::string
Loader::in_layer(const char *format, size_t layer) const
{
	std::string s(format);
	size_t at = s.find("%d");

	return s.replace(at, 2, std::to_string(layer));
}

void
Loader::add(Tensor &t, bool decay, std::vector<Param> params)
{
	if (m.device != at::kCPU)
		t = t.to(m.device);
	for (Param &p : params) {
		p.leaf = m.leaves.size();
		m.params.push_back(p);
	}
	m.leaves.push_back({ &t, decay });
}

void
Loader::table(Tensor &t, const char *name, int64_t rows)
{
	std::string full = std::string(name) + ".weight";

	t = read(full, { rows, m.conf.hidden_size });
	add(t, true, { { names->prefix + full, 0, 0, -1 } });
}

/* Several of Hugging Face's under each other as one product of ours. Weights
 * come before biases, as the tests expect of a state dictionary's order. */
void
Loader::linear(Linear &l, const std::vector<std::string> &parts, int64_t out,
    int64_t in)
{
	std::vector<Tensor> w, b;
	std::vector<Param> pw, pb;
	int64_t rows = out / (int64_t)parts.size();

	for (size_t i = 0; i < parts.size(); i++) {
		int64_t row = (int64_t)i * rows;
		std::string name = names->prefix + parts[i];

		w.push_back(read(parts[i] + ".weight", { rows, in }));
		b.push_back(read(parts[i] + ".bias", { rows }));
		pw.push_back({ name + ".weight", 0, row, rows });
		pb.push_back({ name + ".bias", 0, row, rows });
	}
	l.w = parts.size() == 1 ? w[0] : at::cat(w);
	l.b = parts.size() == 1 ? b[0] : at::cat(b);
	add(l.w, true, pw);
	add(l.b, false, pb);
}

void
Loader::norm(Norm &n, const std::string &name)
{
	int64_t width = m.conf.hidden_size;

	n.w = read(name + ".weight", { width });
	n.b = read(name + ".bias", { width });
	add(n.w, false, { { names->prefix + name + ".weight", 0, 0, -1 } });
	add(n.b, false, { { names->prefix + name + ".bias", 0, 0, -1 } });
}

/* Normal numbers by Box and Muller's method over splitmix64: the same on
 * every machine. */
Tensor
Loader::normal(at::IntArrayRef shape)
{
	Tensor t = at::empty(shape, at::kFloat);
	float *v = t.mutable_data_ptr<float>();
	auto uniform = [this] {
		uint64_t x = (seed += 0x9e3779b97f4a7c15u);
		x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
		x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
		x ^= x >> 31;
		return ((double)(x >> 11) + 0.5) * 0x1p-53;
	};

	for (int64_t i = 0; i < t.numel(); i++) {
		double r = std::sqrt(-2 * std::log(uniform()));
		double a = 2 * std::numbers::pi * uniform();

		v[i] = (float)(m.conf.initializer_range * r * std::cos(a));
	}
	return t;
}

/* The pooler has the encoder's prefix, the classifier none. */
void
Loader::head(Linear &l, const std::string &name, int64_t out, int64_t in)
{
	const torch_tensor *w = find(name + ".weight");
	bool plain = name == names->classifier;
	std::string full = (plain ? "" : names->prefix) + name;

	/* A head for other classes than these is no head for these. */
	if (w != nullptr && plain && w->ndim == 2 && w->shape[0] != out)
		w = nullptr;
	if (w != nullptr) {
		l.w = read(name + ".weight", { out, in });
		l.b = read(name + ".bias", { out });
	} else {
		l.w = normal({ out, in });
		l.b = at::zeros({ out }, at::kFloat);
		fresh += 2;
	}
	add(l.w, true, { { full + ".weight", 0, 0, -1 } });
	add(l.b, false, { { full + ".bias", 0, 0, -1 } });
}

void
Loader::load()
{
	const torch_config &c = m.conf;
	int64_t d = c.hidden_size, h = c.intermediate_size;

	table(m.words, names->words, c.vocab_size);
	if (c.max_positions > 0)
		table(m.positions, names->positions, c.max_positions);
	if (c.token_types > 0)
		table(m.types, names->types, c.token_types);
	if (c.embedding_norm)
		norm(m.embedding_norm, names->embedding_norm);
	m.layers.resize((size_t)c.layers);
	for (size_t i = 0; i < m.layers.size(); i++) {
		Layer &l = m.layers[i];

		linear(l.qkv, { in_layer(names->query, i),
		    in_layer(names->key, i), in_layer(names->value, i) },
		    3 * d, d);
		linear(l.out, { in_layer(names->out, i) }, d, d);
		norm(l.attention_norm, in_layer(names->attention_norm, i));
		linear(l.up, { in_layer(names->up, i) }, h, d);
		linear(l.down, { in_layer(names->down, i) }, d, h);
		norm(l.norm, in_layer(names->norm, i));
	}
	if (c.pre_norm)
		norm(m.final_norm, names->final_norm);
	if (c.head == TORCH_HEAD_POOLER) {
		head(m.pooler, names->pooler, d, d);
		head(m.classifier, names->classifier, c.labels, d);
	}
}

static void
config_check(const torch_config &c)
{
	if (c.vocab_size < 1 || c.hidden_size < 1 || c.layers < 1 ||
	    c.heads < 1 || c.intermediate_size < 1 ||
	    c.hidden_size % c.heads != 0 || c.max_positions < 0 ||
	    c.token_types < 0 || c.position_offset < 0 || c.layers > 1000)
		throw std::runtime_error(
		    "the configuration's sizes make no encoder");
	if (c.head != TORCH_HEAD_NONE && c.labels < 1)
		throw std::runtime_error("a head needs at least one label");
}

std::unique_ptr<Model>
model_make(const torch_config &conf, const torch_tensor *weights, size_t n,
    uint64_t head_seed, const char *device, int *fresh)
{
	at::NoGradGuard no_grad;
	auto m = std::make_unique<Model>();

	config_check(conf);
	m->conf = conf;
	if (device != nullptr && strcmp(device, "cuda") == 0)
		m->device = at::Device(at::kCUDA, 0);
	Loader loader(*m, weights, n, head_seed);
	loader.load();
	if (fresh != nullptr)
		*fresh = loader.fresh;
	return m;
}

void
model_unpack(Model &m)
{
	for (Layer &l : m.layers)
		for (Linear *x : { &l.qkv, &l.out, &l.up, &l.down })
			x->packed = x->packed16 = x->bias16 = Tensor();
}

/* The word table is in two places while a trainer has it. */
static Tensor
words_now(const Model &m)
{
	const Words *w = m.trained;
	if (w == nullptr)
		return m.words;
	Tensor t = m.words.mul(w->scale);
	if (!w->ids.empty()) {
		int64_t n = (int64_t)w->ids.size();
		Tensor at = at::from_blob((void *)w->ids.data(), { n },
		    at::kInt).to(at::kLong).to(m.device);
		t.index_copy_(0, at, w->rows.narrow(0, 0, n));
	}
	return t;
}

Tensor
model_param(const Model &m, size_t i)
{
	at::NoGradGuard no_grad;
	const Param &p = m.params.at(i);
	Tensor t = p.leaf == 0 ? words_now(m) : m.leaves[p.leaf].t->detach();

	return p.rows < 0 ? t : t.narrow(0, p.row, p.rows);
}

} // namespace tt
