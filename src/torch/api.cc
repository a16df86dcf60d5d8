/*
 * The shim's one exported symbol: a table of functions, each of which passes
 * through guard(), so that no exception leaves.
 */
#include "priv.h"

#include <ATen/DeviceAccelerator.h>
#include <ATen/Parallel.h>
#include <c10/util/Exception.h>

#include <cmath>
#include <cstring>
#include <exception>
#include <new>

#if __has_include(<torch/headeronly/version.h>)
#include <torch/headeronly/version.h>
#else
#include <torch/version.h>
#endif

using namespace tt;

/* The first line: what follows in libtorch's texts are its own addresses. */
static int
fail(torch_err *err, int status, const char *text) noexcept
{
	if (err != nullptr) {
		size_t n = strcspn(text, "\n");

		if (n >= sizeof err->text)
			n = sizeof err->text - 1;
		memcpy(err->text, text, n);
		err->text[n] = '\0';
	}
	return status;
}

/* What the allocator keeps from before is of use to others now. */
static void
give_memory_back() noexcept
{
	try {
		if (at::globalContext().hasCUDA())
			at::accelerator::emptyCache();
	} catch (...) {
	}
}

template <class F> static int
guard(torch_err *err, F fn) noexcept
{
	try {
		fn();
		return TORCH_OK;
	} catch (const c10::OutOfMemoryError &e) {
		give_memory_back();
		return fail(err, TORCH_NO_MEMORY,
		    e.what_without_backtrace());
	} catch (const c10::Error &e) {
		return fail(err, TORCH_FAILED, e.what_without_backtrace());
	} catch (const std::bad_alloc &) {
		return fail(err, TORCH_NO_MEMORY, "out of memory");
	} catch (const std::exception &e) {
		return fail(err, TORCH_FAILED, e.what());
	} catch (...) {
		return fail(err, TORCH_FAILED, "unknown exception");
	}
}

static const char *
api_torch_version() noexcept
{
	return TORCH_VERSION;
}

static int
api_device_find(const char *want, torch_device *out, torch_err *err) noexcept
{
	return guard(err, [&] {
		std::string name, why, asked = want != nullptr ? want : "auto";
		int64_t memory = 0;
		bool cuda = false;

		if (asked != "auto" && asked != "cpu" && asked != "cuda")
			throw std::runtime_error("no such device: " + asked);
		if (asked != "cpu")
			cuda = cuda_found(name, memory, why);
		if (asked == "cuda" && !cuda)
			throw std::runtime_error("no GPU: " + why);
		*out = {};
		snprintf(out->name, sizeof out->name, "%s",
		    cuda ? "cuda" : "cpu");
		snprintf(out->detail, sizeof out->detail, "%s",
		    cuda ? name.c_str() : why.c_str());
		out->memory = cuda ? memory : 0;
	});
}

static int
api_threads_set(int n, torch_err *err) noexcept
{
	return guard(err, [&] { at::set_num_threads(n > 0 ? n : 1); });
}

static torch_model *
api_model_new(const torch_config *conf, const torch_tensor *weights, size_t n,
    uint64_t head_seed, const char *device, int *fresh,
    torch_err *err) noexcept
{
	torch_model *out = nullptr;

	guard(err, [&] {
		auto m = std::make_unique<torch_model>();

		m->m = model_make(*conf, weights, n, head_seed, device, fresh);
		out = m.release();
	});
	return out;
}

static void
api_model_free(torch_model *model) noexcept
{
	guard(nullptr, [&] { delete model; });
}

static void
copy_out(const Tensor &t, float *out)
{
	at::from_blob(out, t.sizes(), at::kFloat).copy_(t);
}

/* Some texts of a batch into their place of the results. */
static void
run_part(Model &m, const torch_batch &b, int64_t first, int64_t last,
    bool bf16, const torch_output &o, double *squares)
{
	Pass p(m, layout_make(m, b, first, last));
	int64_t d = m.conf.hidden_size;

	p.bf16 = bf16;
	p.l2 = squares;
	Tensor x = p.hidden();
	if (o.tokens != nullptr)
		copy_out(x, o.tokens + b.offsets[first] * d);
	if (o.pooled != nullptr)
		copy_out(pool(x, *p.lay, o.pooling, o.normalise != 0),
		    o.pooled + first * d);
	if (o.logits != nullptr)
		copy_out(p.logits(x), o.logits + first * m.conf.labels);
}

static int
api_model_run(torch_model *model, const torch_batch *batch, int bf16,
    const torch_output *out, torch_err *err) noexcept
{
	return guard(err, [&] {
		at::NoGradGuard no_grad;
		Model &m = *model->m;
		std::vector<double> squares((size_t)m.conf.layers + 1, 0.0);

		batch_check(m, *batch);
		if (out->logits != nullptr && m.conf.head == TORCH_HEAD_NONE)
			throw std::runtime_error(
			    "the model has no classification head");
		for (int64_t i = 0, j; i < batch->n; i = j) {
			j = batch_cut(*batch, i, batch->n,
			    tokens_at_once(m, false));
			run_part(m, *batch, i, j, bf16 != 0, *out,
			    out->hidden_l2 != nullptr ? squares.data() :
							nullptr);
		}
		if (out->hidden_l2 != nullptr)
			for (size_t i = 0; i < squares.size(); i++)
				out->hidden_l2[i] = std::sqrt(squares[i]);
	});
}

static size_t
api_param_count(const torch_model *model) noexcept
{
	return model->m->params.size();
}

static int
api_param_info(const torch_model *model, size_t i, torch_tensor *info,
    torch_err *err) noexcept
{
	return guard(err, [&] {
		const Model &m = *model->m;
		const Param &p = m.params.at(i);
		const Tensor &t = *m.leaves[p.leaf].t;

		*info = {};
		info->name = p.name.c_str();
		info->dtype = TORCH_F32;
		info->ndim = (int)t.dim();
		for (int64_t d = 0; d < t.dim(); d++)
			info->shape[d] = t.size(d);
		if (p.rows >= 0)
			info->shape[0] = p.rows;
	});
}

static int
api_param_read(torch_model *model, size_t i, float *out, size_t len,
    torch_err *err) noexcept
{
	return guard(err, [&] {
		at::NoGradGuard no_grad;
		Tensor t = model_param(*model->m, i);

		if ((size_t)t.numel() != len)
			throw std::runtime_error("the parameter has " +
			    std::to_string(t.numel()) + " numbers");
		copy_out(t, out);
	});
}

static torch_trainer *
api_trainer_new(torch_model *model, const torch_train_config *conf,
    torch_err *err) noexcept
{
	torch_trainer *out = nullptr;

	guard(err, [&] {
		auto t = std::make_unique<torch_trainer>();

		t->t = trainer_make(*model->m, *conf);
		out = t.release();
	});
	return out;
}

static void
api_trainer_free(torch_trainer *trainer) noexcept
{
	guard(nullptr, [&] { delete trainer; });
}

static int
api_trainer_step(torch_trainer *trainer, const torch_batch *batch,
    const torch_target *target, int micro, double rate, torch_step *out,
    torch_err *err) noexcept
{
	int rc = guard(err, [&] {
		trainer_step(*trainer->t, *batch, *target, micro, rate, out);
	});

	if (rc != TORCH_OK) {
		guard(nullptr, [&] { trainer_forget(*trainer->t); });
		give_memory_back();
	}
	return rc;
}

static int
api_trainer_gradients(torch_trainer *trainer, const torch_batch *batch,
    const torch_target *target, int micro, double *loss, double *l2,
    torch_err *err) noexcept
{
	return guard(err, [&] {
		trainer_gradients(*trainer->t, *batch, *target, micro, loss,
		    l2);
	});
}

static int
api_trainer_save(torch_trainer *trainer, torch_write_fn *write, void *arg,
    torch_err *err) noexcept
{
	return guard(err, [&] { trainer_write(*trainer->t, write, arg); });
}

static int
api_trainer_load(torch_trainer *trainer, torch_read_fn *read, void *arg,
    torch_err *err) noexcept
{
	return guard(err, [&] { trainer_read(*trainer->t, read, arg); });
}

/* Numbers from -1 to 1 that do not repeat soon. */
static Tensor
numbers(at::IntArrayRef shape, double stride)
{
	int64_t n = 1;

	for (int64_t s : shape)
		n *= s;
	return at::sin(at::arange(n, at::kDouble).mul_(stride).add_(0.5))
	    .view(shape);
}

static double
apart(const Tensor &a, const Tensor &b)
{
	return at::abs(a.sub(b)).max().item<double>();
}

static void
blas_check(double deviation[4])
{
	at::NoGradGuard no_grad;
	Tensor a = numbers({ 3, 5, 7 }, 1.7), b = numbers({ 3, 7, 4 }, 2.3);
	Tensor want = a.unsqueeze(3).mul(b.unsqueeze(1)).sum(2);

	deviation[0] = std::max(apart(at::bmm(a, b), want),
	    apart(at::bmm(a.to(at::kFloat), b.to(at::kFloat))
	    .to(at::kDouble), want));

	Tensor x = at::complex(numbers({ 301 }, 1.1), numbers({ 301 }, 0.7));
	Tensor y = at::complex(numbers({ 301 }, 0.9), numbers({ 301 }, 1.9));
	deviation[1] = std::max(apart(at::dot(x, y), x.mul(y).sum()),
	    apart(at::vdot(x, y), x.conj().mul(y).sum()));

	Tensor m = numbers({ 9, 6 }, 1.3);
	auto svd = at::linalg_svd(m, false);
	deviation[2] = apart(std::get<0>(svd).mul(std::get<1>(svd))
	    .matmul(std::get<2>(svd)), m);

	Tensor s = numbers({ 8, 8 }, 3.1).add_(at::eye(8, at::kDouble).mul(4));
	Tensor r = numbers({ 8, 2 }, 0.3);
	deviation[3] = apart(s.matmul(at::linalg_solve(s, r)), r);
}

static int
api_blas_check(double deviation[4], torch_err *err) noexcept
{
	return guard(err, [&] { blas_check(deviation); });
}

static const torch_api api = {
	.version = TORCH_API_VERSION,
	.torch_version = api_torch_version,
	.device_find = api_device_find,
	.threads_set = api_threads_set,
	.model_new = api_model_new,
	.model_free = api_model_free,
	.model_run = api_model_run,
	.param_count = api_param_count,
	.param_info = api_param_info,
	.param_read = api_param_read,
	.trainer_new = api_trainer_new,
	.trainer_free = api_trainer_free,
	.trainer_step = api_trainer_step,
	.trainer_gradients = api_trainer_gradients,
	.trainer_save = api_trainer_save,
	.trainer_load = api_trainer_load,
	.blas_check = api_blas_check,
};

extern "C" __attribute__((visibility("default"))) const struct torch_api *
tagtiger_torch_api(int version)
{
	return version == TORCH_API_VERSION ? &api : nullptr;
}
