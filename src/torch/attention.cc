/*
 * Attention over packed texts, and dropout: what has no operator in libtorch
 * that would need no padding.
 *
 * On a CPU a text's heads are products of their own. The work is shared out
 * over (text, head) pairs by its size, len^2, so that one long text among
 * short ones keeps no thread waiting. On CUDA one kernel takes all texts.
 */
#include "priv.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <functional>

namespace tt {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/* Text i's heads [from, to): on some thread. */
using HeadsFn = std::function<void(int64_t i, int64_t from, int64_t to)>;

static void
share_heads(const Layout &lay, int64_t heads, const HeadsFn &fn)
{
	int64_t threads = at::get_num_threads();
	std::vector<double> cost = { 0 };

	for (int64_t i = 0; i < lay.n; i++) {
		double len = (double)(lay.offsets[i + 1] - lay.offsets[i]);

		cost.push_back(cost.back() + len * (len + 32));
	}
	/* A boundary in units of a head's share of its text. */
	auto bound = [&](int64_t t) {
		double at = cost.back() * (double)t / (double)threads;
		int64_t i = std::upper_bound(cost.begin(), cost.end(), at) -
		    cost.begin() - 1;

		if (i >= lay.n)
			return lay.n * heads;
		return i * heads + (int64_t)std::lround((at - cost[i]) /
		    (cost[i + 1] - cost[i]) * (double)heads);
	};
	at::parallel_for(0, threads, 1, [&](int64_t a, int64_t b) {
		at::NoGradGuard no_grad;
		int64_t unit = bound(a), end = bound(b);

		while (unit < end) {
			int64_t i = unit / heads, from = unit % heads;
			int64_t to = std::min(heads, from + end - unit);

			fn(i, from, to);
			unit += to - from;
		}
	});
}

/* Query (part 0), key or value of some heads of a text: (heads, len, width),
 * a view of qkv (tokens, 3 * hidden). */
static Tensor
part_of(const Tensor &qkv, const Layout &lay, int64_t heads, int64_t i,
    int part, int64_t from, int64_t to)
{
	int64_t width = qkv.size(1) / (3 * heads);
	int64_t at = lay.offsets[i], len = lay.offsets[i + 1] - at;

	return qkv.as_strided({ to - from, len, width },
	    { width, qkv.stride(0), 1 }, qkv.storage_offset() +
	    at * qkv.stride(0) + (part * heads + from) * width);
}

/* The same of a tensor (tokens, hidden). */
static Tensor
heads_of(const Tensor &x, const Layout &lay, int64_t heads, int64_t i,
    int64_t from, int64_t to)
{
	int64_t width = x.size(1) / heads;
	int64_t at = lay.offsets[i], len = lay.offsets[i + 1] - at;

	return x.as_strided({ to - from, len, width },
	    { width, x.stride(0), 1 }, x.storage_offset() +
	    at * x.stride(0) + from * width);
}

/* Where text i's matrices (heads, len, len) begin in one array of them. */
static std::vector<int64_t>
square_offsets(const Layout &lay, int64_t heads)
{
	std::vector<int64_t> at = { 0 };

	for (int64_t i = 0; i < lay.n; i++) {
		int64_t len = lay.offsets[i + 1] - lay.offsets[i];

		at.push_back(at.back() + heads * len * len);
	}
	return at;
}

/* One kernel for all texts, where the width of a head suits it. */
static Tensor
attention_cuda(const Tensor &qkv, const Layout &lay, int64_t heads, double p)
{
	int64_t width = qkv.size(1) / (3 * heads);
	Tensor x = qkv.view({ 1, lay.tokens, 3, heads, width });
	auto r = at::_efficient_attention_forward(x.select(2, 0),
	    x.select(2, 1), x.select(2, 2), std::nullopt, lay.cu, lay.cu,
	    lay.longest, lay.longest, p, 0, qkv.requires_grad());

	return std::get<0>(r).view({ lay.tokens, heads * width });
}

/* Runs of texts of the same length, through libtorch's own attention. */
static Tensor
attention_runs(const Tensor &qkv, const Layout &lay, int64_t heads, double p)
{
	int64_t width = qkv.size(1) / (3 * heads), i = 0;
	std::vector<Tensor> out;

	while (i < lay.n) {
		int64_t len = lay.offsets[i + 1] - lay.offsets[i], j = i + 1;

		while (j < lay.n && lay.offsets[j + 1] - lay.offsets[j] == len)
			j++;
		Tensor x = qkv.narrow(0, lay.offsets[i], (j - i) * len)
		    .view({ j - i, len, 3, heads, width })
		    .permute({ 2, 0, 3, 1, 4 });
		out.push_back(at::scaled_dot_product_attention(x[0], x[1],
		    x[2], std::nullopt, p).transpose(1, 2).reshape(
		    { (j - i) * len, heads * width }));
		i = j;
	}
	return out.size() == 1 ? out[0] : at::cat(out);
}

static bool
suits_cuda(const Tensor &qkv, int64_t heads)
{
	int64_t width = qkv.size(1) / (3 * heads);

	return width % (qkv.scalar_type() == at::kFloat ? 4 : 8) == 0;
}

Tensor
attention(const Tensor &qkv, const std::shared_ptr<Layout> &lay, int64_t heads)
{
	if (qkv.device() != at::kCPU && suits_cuda(qkv, heads))
		return attention_cuda(qkv, *lay, heads, 0);
	return attention_runs(qkv, *lay, heads, 0);
}

struct AttentionArgs : torch::CustomClassHolder {
	std::shared_ptr<Layout> lay;
	int64_t heads;
	double p;
	DropKey key;
};

/* Text i's probabilities, some heads of them. */
static Tensor
square_of(const Tensor &all, const Layout &lay,
    const std::vector<int64_t> &at, int64_t i, int64_t from, int64_t to)
{
	int64_t len = lay.offsets[i + 1] - lay.offsets[i];

	return all.as_strided({ to - from, len, len }, { len * len, len, 1 },
	    at[i] + from * len * len);
}

struct PackedAttention : torch::autograd::Function<PackedAttention> {
	static Tensor forward(AutogradContext *ctx, const Tensor &input,
	    const AttentionArgs &a);
	static variable_list backward(AutogradContext *ctx,
	    variable_list grads);
};

Tensor
PackedAttention::forward(AutogradContext *ctx, const Tensor &input,
    const AttentionArgs &a)
{
	const Layout &lay = *a.lay;
	Tensor qkv = input.detach();
	std::vector<int64_t> at = square_offsets(lay, a.heads);
	Tensor prob = at::empty({ at.back() }, qkv.options());
	Tensor out = at::empty({ lay.tokens, qkv.size(1) / 3 }, qkv.options());
	float scale = 1 / std::sqrt((float)(qkv.size(1) / (3 * a.heads)));

	share_heads(lay, a.heads, [&](int64_t i, int64_t from, int64_t to) {
		Tensor q = part_of(qkv, lay, a.heads, i, 0, from, to);
		Tensor k = part_of(qkv, lay, a.heads, i, 1, from, to);
		Tensor v = part_of(qkv, lay, a.heads, i, 2, from, to);
		Tensor s = square_of(prob, lay, at, i, from, to), used = s;
		float *sp = s.mutable_data_ptr<float>();
		int64_t len = s.size(1);

		at::bmm_out(s, q, k.transpose(1, 2));
		softmax_rows(sp, (size_t)((to - from) * len), (size_t)len,
		    scale);
		if (a.p > 0) {
			used = at::empty_like(s);
			drop(used.mutable_data_ptr<float>(), sp,
			    (size_t)s.numel(),
			    (uint64_t)(at[i] + from * len * len), a.key);
		}
		heads_of(out, lay, a.heads, i, from, to)
		    .copy_(at::bmm(used, v));
	});
	ctx->save_for_backward({ input, prob });
	ctx->saved_data["args"] = at::IValue::make_capsule(
	    c10::make_intrusive<AttentionArgs>(a));
	return out;
}

variable_list
PackedAttention::backward(AutogradContext *ctx, variable_list grads)
{
	auto held = ctx->saved_data["args"].toCapsule();
	auto *a = static_cast<AttentionArgs *>(held.get());
	const Layout &lay = *a->lay;
	variable_list saved = ctx->get_saved_variables();
	Tensor qkv = saved[0].detach(), prob = saved[1];
	Tensor g = grads[0].contiguous(), dqkv = at::empty_like(qkv);
	std::vector<int64_t> at = square_offsets(lay, a->heads);
	float scale = 1 / std::sqrt((float)(qkv.size(1) / (3 * a->heads)));

	share_heads(lay, a->heads, [&](int64_t i, int64_t from, int64_t to) {
		Tensor q = part_of(qkv, lay, a->heads, i, 0, from, to);
		Tensor k = part_of(qkv, lay, a->heads, i, 1, from, to);
		Tensor v = part_of(qkv, lay, a->heads, i, 2, from, to);
		Tensor dout = heads_of(g, lay, a->heads, i, from, to);
		Tensor s = square_of(prob, lay, at, i, from, to), used = s;
		Tensor ds = at::bmm(dout, v.transpose(1, 2));
		float *sp = s.mutable_data_ptr<float>();
		float *dp = ds.mutable_data_ptr<float>();
		int64_t len = s.size(1);
		size_t n = (size_t)s.numel();
		uint64_t index = (uint64_t)(at[i] + from * len * len);

		if (a->p > 0) {
			used = at::empty_like(s);
			drop(used.mutable_data_ptr<float>(), sp, n, index,
			    a->key);
			drop(dp, dp, n, index, a->key);
		}
		part_of(dqkv, lay, a->heads, i, 2, from, to)
		    .copy_(at::bmm(used.transpose(1, 2), dout));
		softmax_rows_backward(dp, sp, n / (size_t)len, (size_t)len,
		    scale);
		part_of(dqkv, lay, a->heads, i, 0, from, to)
		    .copy_(at::bmm(ds, k));
		part_of(dqkv, lay, a->heads, i, 1, from, to)
		    .copy_(at::bmm(ds.transpose(1, 2), q));
	});
	return { dqkv, Tensor() };
}

Tensor
attention_graph(const Tensor &qkv, const std::shared_ptr<Layout> &lay,
    int64_t heads, double p, uint64_t seed, uint64_t site)
{
	if (qkv.device() != at::kCPU)
		return suits_cuda(qkv, heads) ?
		    attention_cuda(qkv, *lay, heads, p) :
		    attention_runs(qkv, *lay, heads, p);
	AttentionArgs a;
	a.lay = lay;
	a.heads = heads;
	a.p = p;
	a.key = drop_key(p, seed, site);
	return PackedAttention::apply(qkv.to(at::kFloat), a);
}

/* Elements a thread takes at a time. */
static constexpr int64_t GRAIN = 1 << 14;

/* The mask of a site on x, onto a where there is one. */
static Tensor
masked(const Tensor &a, const Tensor &x, DropKey key)
{
	Tensor xc = x.contiguous(), out = at::empty_like(xc);
	Tensor ac = a.defined() ? a.contiguous() : a;
	const float *xp = xc.const_data_ptr<float>();
	const float *ap = a.defined() ? ac.const_data_ptr<float>() : nullptr;
	float *op = out.mutable_data_ptr<float>();

	at::parallel_for(0, xc.numel(), GRAIN, [&](int64_t b, int64_t e) {
		if (ap != nullptr)
			drop_add(op + b, ap + b, xp + b, (size_t)(e - b),
			    (uint64_t)b, key);
		else
			drop(op + b, xp + b, (size_t)(e - b), (uint64_t)b,
			    key);
	});
	return out;
}

static void
keep_site(AutogradContext *ctx, double p, int64_t seed, int64_t site)
{
	ctx->saved_data["p"] = p;
	ctx->saved_data["seed"] = seed;
	ctx->saved_data["site"] = site;
}

static Tensor
masked_gradient(AutogradContext *ctx, const Tensor &g)
{
	return masked(Tensor(), g,
	    drop_key(ctx->saved_data["p"].toDouble(),
		(uint64_t)ctx->saved_data["seed"].toInt(),
		(uint64_t)ctx->saved_data["site"].toInt()));
}

struct Drop : torch::autograd::Function<Drop> {
	static Tensor
	forward(AutogradContext *ctx, const Tensor &x, double p, int64_t seed,
	    int64_t site)
	{
		keep_site(ctx, p, seed, site);
		return masked(Tensor(), x,
		    drop_key(p, (uint64_t)seed, (uint64_t)site));
	}

	static variable_list
	backward(AutogradContext *ctx, variable_list g)
	{
		return { masked_gradient(ctx, g[0]), Tensor(), Tensor(),
			Tensor() };
	}
};

struct DropAdd : torch::autograd::Function<DropAdd> {
	static Tensor
	forward(AutogradContext *ctx, const Tensor &a, const Tensor &x,
	    double p, int64_t seed, int64_t site)
	{
		keep_site(ctx, p, seed, site);
		return masked(a, x,
		    drop_key(p, (uint64_t)seed, (uint64_t)site));
	}

	static variable_list
	backward(AutogradContext *ctx, variable_list g)
	{
		return { g[0], masked_gradient(ctx, g[0]), Tensor(), Tensor(),
			Tensor() };
	}
};

Tensor
drop_graph(const Tensor &x, double p, uint64_t seed, uint64_t site)
{
	return Drop::apply(x, p, (int64_t)seed, (int64_t)site);
}

Tensor
drop_add_graph(const Tensor &a, const Tensor &x, double p, uint64_t seed,
    uint64_t site)
{
	return DropAdd::apply(a, x, p, (int64_t)seed, (int64_t)site);
}

} // namespace tt
