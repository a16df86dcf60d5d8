/*
 * The forward pass, in evaluation and in training: one description, packed
 * texts, no padding.
 */
#include "priv.h"

#include <ATen/core/dispatch/Dispatcher.h>

#include <cmath>
#include <cstring>
#include <stdexcept>

namespace tt {

int64_t
tokens_at_once(const Model &m, bool graph)
{
	if (m.device != at::kCPU)
		return 1 << 16;
	/* What keeps the widest activations in the caches. */
	return graph ? 1024 : 2048;
}

void
batch_check(const Model &m, const torch_batch &b)
{
	int64_t longest = m.conf.max_positions - m.conf.position_offset;

	if (b.n < 1 || b.offsets[0] != 0)
		throw std::runtime_error("a batch needs a text");
	for (int i = 0; i < b.n; i++) {
		int64_t len = b.offsets[i + 1] - b.offsets[i];

		if (len < 1)
			throw std::runtime_error("a text without a token");
		if (m.conf.max_positions > 0 && len > longest)
			throw std::runtime_error("a text of " +
			    std::to_string(len) + " tokens; this model takes " +
			    std::to_string(longest));
	}
	for (int64_t i = 0; i < b.offsets[b.n]; i++) {
		if (b.ids[i] < 0 || b.ids[i] >= m.conf.vocab_size)
			throw std::runtime_error("token id " +
			    std::to_string(b.ids[i]) + " of a vocabulary of " +
			    std::to_string(m.conf.vocab_size));
		if (b.types != nullptr && m.conf.token_types > 0 &&
		    (b.types[i] < 0 || b.types[i] >= m.conf.token_types))
			throw std::runtime_error("a token type of " +
			    std::to_string(b.types[i]));
	}
}

int64_t
batch_cut(const torch_batch &b, int64_t first, int64_t max_texts,
    int64_t max_tokens)
{
	int64_t i = first + 1;

	while (i < b.n && i - first < max_texts &&
	    b.offsets[i + 1] - b.offsets[first] <= max_tokens)
		i++;
	return i;
}

std::shared_ptr<Layout>
layout_make(const Model &m, const torch_batch &b, int64_t first, int64_t last)
{
	auto lay = std::make_shared<Layout>();
	int64_t base = b.offsets[first], t = b.offsets[last] - base;
	Tensor ids = at::empty({ t }, at::kInt), pos = at::empty_like(ids);
	int32_t *p = pos.mutable_data_ptr<int32_t>();

	lay->n = last - first;
	lay->tokens = t;
	lay->longest = 0;
	for (int64_t i = first; i <= last; i++)
		lay->offsets.push_back(b.offsets[i] - base);
	for (int64_t i = 0; i < lay->n; i++) {
		int64_t len = lay->offsets[i + 1] - lay->offsets[i];

		for (int64_t j = 0; j < len; j++)
			*p++ = (int32_t)(j + m.conf.position_offset);
		lay->longest = std::max(lay->longest, len);
	}
	memcpy(ids.mutable_data_ptr<int32_t>(), b.ids + base,
	    (size_t)t * sizeof(int32_t));
	lay->ids = ids.to(m.device);
	lay->positions = pos.to(m.device);
	lay->zero_types = b.types == nullptr;
	if (!lay->zero_types)
		lay->types = at::from_blob((void *)(b.types + base), { t },
		    at::kInt).clone().to(m.device);
	Tensor off = at::from_blob(lay->offsets.data(), { lay->n + 1 },
	    at::kLong).clone();
	lay->first = off.narrow(0, 0, lay->n).to(m.device);
	if (m.device != at::kCPU) {
		Tensor len = off.narrow(0, 1, lay->n) -
		    off.narrow(0, 0, lay->n);
		lay->cu = off.to(at::kInt).to(m.device);
		lay->text = at::repeat_interleave(len).to(m.device);
	}
	return lay;
}

/* oneDNN's operators have no C++ functions of their own. */
struct Packing {
	using Reorder = Tensor(const Tensor &, std::optional<int64_t>);
	using Pointwise = Tensor(const Tensor &, const Tensor &,
	    const std::optional<Tensor> &, std::string_view,
	    c10::List<std::optional<at::Scalar>>,
	    std::optional<std::string_view>);
	std::optional<c10::TypedOperatorHandle<Reorder>> reorder;
	std::optional<c10::TypedOperatorHandle<Pointwise>> pointwise;

	Packing()
	{
		auto &d = c10::Dispatcher::singleton();
		auto r = d.findSchema({ "mkldnn::_reorder_linear_weight", "" });
		auto p = d.findSchema({ "mkldnn::_linear_pointwise", "" });
		if (!r || !p || !at::globalContext().userEnabledMkldnn() ||
		    !at::globalContext().hasMKLDNN())
			return;
		reorder = r->typed<Reorder>();
		pointwise = p->typed<Pointwise>();
	}
};

static const Packing &
packing()
{
	static const Packing p;
	return p;
}

static Tensor
plain_activation(const Tensor &x, int activation)
{
	switch (activation) {
	case TORCH_ACT_GELU:
		return at::gelu(x, "none");
	case TORCH_ACT_GELU_TANH:
		return at::gelu(x, "tanh");
	case TORCH_ACT_RELU:
		return at::relu(x);
	case TORCH_ACT_SILU:
		return at::silu(x);
	case 0:
		return x;
	}
	throw std::runtime_error("no such activation");
}

Tensor
Pass::linear_packed(Linear &l, const Tensor &x, int activation)
{
	const Packing &p = packing();
	Tensor &packed = bf16 ? l.packed16 : l.packed;
	const char *attr = "none", *how = "none";

	if (!p.reorder) {
		Tensor y = bf16 ? at::linear(x, l.w.to(at::kBFloat16),
		    l.b.to(at::kBFloat16)) : at::linear(x, l.w, l.b);
		return plain_activation(y, activation);
	}
	if (!packed.defined()) {
		Tensor w = bf16 ? l.w.to(at::kBFloat16) : l.w;

		packed = p.reorder->call(w.detach(), tokens_at_once(m, false));
		if (bf16)
			l.bias16 = l.b.detach().to(at::kBFloat16);
	}
	if (activation == TORCH_ACT_GELU || activation == TORCH_ACT_GELU_TANH)
		attr = "gelu";
	if (activation == TORCH_ACT_GELU_TANH)
		how = "tanh";
	if (activation == TORCH_ACT_RELU)
		attr = "relu";
	if (activation == TORCH_ACT_SILU)
		attr = "swish";
	c10::List<std::optional<at::Scalar>> none;
	return p.pointwise->call(x, packed, bf16 ? l.bias16 : l.b, attr, none,
	    how);
}

/* The result has the pass's type: bf16 or f32. */
Tensor
Pass::linear(Linear &l, const Tensor &x)
{
	if (!bf16)
		return !graph && m.device == at::kCPU ?
		    linear_packed(l, x, 0) : at::linear(x, l.w, l.b);
	Tensor x16 = x.to(at::kBFloat16);
	if (!graph && m.device == at::kCPU)
		return linear_packed(l, x16, 0);
	return at::linear(x16, l.w.to(at::kBFloat16), l.b.to(at::kBFloat16));
}

Tensor
Pass::activate(const Tensor &x)
{
	return plain_activation(x, m.conf.activation);
}

Tensor
Pass::norm(const Norm &n, const Tensor &x)
{
	return at::layer_norm(x, { m.conf.hidden_size }, n.w, n.b,
	    m.conf.norm_eps);
}

/* dropout(x) */
Tensor
Pass::dropped(const Tensor &x, double p)
{
	if (!dropout || p <= 0)
		return x;
	if (m.device != at::kCPU)
		return at::dropout(x, p, true);
	return drop_graph(x, p, seed, site++);
}

/* x + dropout(y), in f32 */
Tensor
Pass::add_dropped(const Tensor &x, const Tensor &y, double p)
{
	Tensor y32 = y.to(at::kFloat);

	if (!graph)
		return y32.add_(x);
	if (!dropout || p <= 0)
		return at::add(x, y32);
	if (m.device != at::kCPU)
		return at::add(x, at::dropout(y32, p, true));
	return drop_add_graph(x, y32, p, seed, site++);
}

/* Of texts that are trained, some rows of the word table are newer in the
 * trainer's. */
static Tensor
words_of(const Model &m, const Tensor &ids)
{
	const Words *w = m.trained;
	if (w == nullptr)
		return at::embedding(m.words, ids);
	Tensor cpu = ids.to(at::kCPU), slots = at::empty_like(cpu);
	const int32_t *id = cpu.const_data_ptr<int32_t>();
	int32_t *s = slots.mutable_data_ptr<int32_t>();
	for (int64_t i = 0; i < cpu.numel(); i++)
		s[i] = w->slot[(size_t)id[i]];
	Tensor x = at::embedding(m.words, ids).mul_(w->scale);
	if (w->ids.empty())
		return x;
	slots = slots.to(m.device);
	return at::where(slots.ge(0).unsqueeze(1),
	    at::embedding(w->rows, slots.clamp_min(0)), x);
}

Tensor
Pass::embed()
{
	Tensor x = words.defined() ? at::embedding(words, lay->ids, pad) :
				     words_of(m, lay->ids);

	if (m.conf.max_positions > 0)
		x = at::add(x, at::embedding(m.positions, lay->positions));
	if (m.conf.token_types > 0)
		x = at::add(x, lay->zero_types ?
		    m.types.select(0, 0) : at::embedding(m.types, lay->types));
	if (m.conf.embedding_norm)
		x = norm(m.embedding_norm, x);
	return dropped(x, m.conf.hidden_dropout);
}

Tensor
Pass::attend(Layer &l, const Tensor &x)
{
	Tensor qkv = linear(l.qkv, x), y;
	double p = dropout ? m.conf.attention_dropout : 0;

	if (graph)
		y = attention_graph(qkv, lay, m.conf.heads, p, seed, site++);
	else
		y = attention(qkv, lay, m.conf.heads);
	return linear(l.out, y);
}

Tensor
Pass::feed(Layer &l, const Tensor &x)
{
	if (!graph && m.device == at::kCPU)
		return linear(l.down, linear_packed(l.up,
		    bf16 ? x.to(at::kBFloat16) : x, m.conf.activation));
	return linear(l.down, activate(linear(l.up, x)));
}

void
Pass::note(size_t layer, const Tensor &x)
{
	if (l2 == nullptr)
		return;
	double n = at::linalg_vector_norm(x, 2, {}, false, at::kDouble)
	    .item<double>();
	l2[layer] += n * n;
}

Tensor
Pass::hidden()
{
	double p = m.conf.hidden_dropout;
	Tensor x = embed();

	note(0, x);
	for (size_t i = 0; i < m.layers.size(); i++) {
		Layer &l = m.layers[i];

		if (m.conf.pre_norm) {
			x = add_dropped(x, attend(l, norm(l.attention_norm,
			    x)), p);
			x = add_dropped(x, feed(l, norm(l.norm, x)), p);
		} else {
			x = norm(l.attention_norm,
			    add_dropped(x, attend(l, x), p));
			x = norm(l.norm, add_dropped(x, feed(l, x), p));
		}
		if (m.conf.pre_norm && i + 1 == m.layers.size())
			x = norm(m.final_norm, x);
		note(i + 1, x);
	}
	return x;
}

Tensor
Pass::logits(const Tensor &hidden)
{
	Tensor x = at::index_select(hidden, 0, lay->first);

	if (m.conf.head == TORCH_HEAD_POOLER)
		x = at::tanh(at::linear(x, m.pooler.w, m.pooler.b));
	x = dropped(x, m.conf.classifier_dropout);
	return at::linear(x, m.classifier.w, m.classifier.b);
}

static Tensor
pool_rows(const Tensor &hidden, const Layout &lay, int how)
{
	int64_t d = hidden.size(1);

	if (how == TORCH_POOL_CLS)
		return at::index_select(hidden, 0, lay.first);
	if (how != TORCH_POOL_MEAN && how != TORCH_POOL_MAX)
		throw std::runtime_error("no such pooling");
	if (hidden.device() != at::kCPU && how == TORCH_POOL_MEAN) {
		Tensor sum = at::zeros({ lay.n, d }, hidden.options());
		Tensor len = lay.cu.diff().to(hidden.scalar_type());
		return sum.index_add_(0, lay.text, hidden)
		    .div_(len.unsqueeze(1));
	}
	Tensor out = at::empty({ lay.n, d }, hidden.options());
	for (int64_t i = 0; i < lay.n; i++) {
		Tensor row = out[i], rows = hidden.narrow(0, lay.offsets[i],
		    lay.offsets[i + 1] - lay.offsets[i]);

		if (how == TORCH_POOL_MEAN)
			at::mean_out(row, rows, { 0 });
		else
			at::amax_out(row, rows, { 0 });
	}
	return out;
}

Tensor
pool(const Tensor &hidden, const Layout &lay, int how, bool normalise)
{
	Tensor x = pool_rows(hidden, lay, how);

	if (normalise)
		x.div_(at::linalg_vector_norm(x, 2, { 1 }, true)
		    .clamp_min_(1e-12));
	return x;
}

} // namespace tt
