/*
 * Training: the loss of packed texts, its gradient, and AdamW.
 */
#include "priv.h"

#include <cmath>
#include <cstring>
#include <stdexcept>

namespace tt {

static bool
has_head(const Model &m)
{
	return m.conf.head != TORCH_HEAD_NONE;
}

std::unique_ptr<Trainer>
trainer_make(Model &m, const torch_train_config &c)
{
	at::NoGradGuard no_grad;

	if (!has_head(m))
		throw std::runtime_error("the model has no head to train");
	if (m.trained != nullptr)
		throw std::runtime_error("the model has a trainer already");
	if (c.loss != TORCH_LOSS_CE && c.loss != TORCH_LOSS_BCE)
		throw std::runtime_error("no such loss");
	auto t = std::make_unique<Trainer>(m, c);
	if (c.class_weights != nullptr)
		t->class_weights = at::from_blob((void *)c.class_weights,
		    { m.conf.labels }, at::kFloat).clone().to(m.device);
	t->conf.class_weights = nullptr;
	t->words.slot.assign((size_t)m.conf.vocab_size, -1);
	for (size_t i = 1; i < m.leaves.size(); i++) {
		Tensor &p = *m.leaves[i].t;

		t->m1.push_back(at::zeros_like(p));
		t->m2.push_back(at::zeros_like(p));
		p.requires_grad_(true);
	}
	m.trained = &t->words;
	return t;
}

void
trainer_close(Trainer &t)
{
	at::NoGradGuard no_grad;

	t.m.words = model_param(t.m, 0);
	t.m.trained = nullptr;
	trainer_forget(t);
	for (size_t i = 1; i < t.m.leaves.size(); i++)
		t.m.leaves[i].t->requires_grad_(false);
}

void
trainer_forget(Trainer &t)
{
	for (size_t i = 1; i < t.m.leaves.size(); i++)
		t.m.leaves[i].t->mutable_grad() = Tensor();
}

static Tensor
ids_tensor(const int32_t *ids, size_t n, at::Device device)
{
	return at::from_blob((void *)ids, { (int64_t)n }, at::kInt)
	    .to(at::kLong).to(device);
}

/* Room for `more` rows beyond those in use, twice as much each time. */
static void
words_grow(Words &w, int64_t more, const Tensor &table)
{
	int64_t used = (int64_t)w.ids.size();
	int64_t have = w.rows.defined() ? w.rows.size(0) : 0;

	if (used + more <= have)
		return;
	int64_t cap = std::min(table.size(0),
	    std::max(used + more, 2 * have));
	for (Tensor *x : { &w.rows, &w.m, &w.v }) {
		Tensor next = at::zeros({ cap, table.size(1) },
		    table.options().requires_grad(false));

		if (used > 0)
			next.narrow(0, 0, used).copy_(x->narrow(0, 0, used));
		*x = next;
	}
}

/* Slots for the ids of a batch. */
static void
words_take(Trainer &t, const torch_batch &b)
{
	Words &w = t.words;
	std::vector<int32_t> fresh;

	for (int64_t i = 0; i < b.offsets[b.n]; i++)
		if (w.slot[(size_t)b.ids[i]] < 0) {
			w.slot[(size_t)b.ids[i]] =
			    (int32_t)(w.ids.size() + fresh.size());
			fresh.push_back(b.ids[i]);
		}
	if (fresh.empty())
		return;
	try {
		int64_t used = (int64_t)w.ids.size();
		int64_t n = (int64_t)fresh.size();

		words_grow(w, n, t.m.words);
		w.rows.narrow(0, used, n).copy_(t.m.words.index_select(0,
		    ids_tensor(fresh.data(), fresh.size(), t.m.device))
		    .mul_(w.scale));
	} catch (...) {
		for (int32_t id : fresh)
			w.slot[(size_t)id] = -1;
		throw;
	}
	w.ids.insert(w.ids.end(), fresh.begin(), fresh.end());
}

/* The sum over some texts, divided by `total`. */
static Tensor
loss_of(const Trainer &t, const Tensor &logits, const torch_target &y,
    int64_t first, int64_t n, double total)
{
	int64_t k = t.m.conf.labels;

	if (t.conf.loss == TORCH_LOSS_BCE) {
		Tensor want = at::from_blob((void *)(y.cells + first * k),
		    { n, k }, at::kFloat).to(t.m.device);
		return at::binary_cross_entropy_with_logits(logits, want, {},
		    {}, at::Reduction::Sum).div(total);
	}
	Tensor want = ids_tensor(y.labels + first, (size_t)n, t.m.device);
	return at::cross_entropy_loss(logits, want, t.class_weights.defined() ?
	    std::optional<Tensor>(t.class_weights) : std::nullopt,
	    at::Reduction::Sum).div(total);
}

/* What the losses' sum is divided by: the texts' weights, or the cells. */
static double
loss_total(const Trainer &t, const torch_batch &b, const torch_target &y)
{
	double total = 0;

	if (t.conf.loss == TORCH_LOSS_BCE) {
		if (y.cells == nullptr)
			throw std::runtime_error("the loss wants cells");
		return (double)b.n * t.m.conf.labels;
	}
	if (y.labels == nullptr)
		throw std::runtime_error("the loss wants labels");
	Tensor w = t.class_weights.defined() ?
	    t.class_weights.to(at::kCPU) : Tensor();
	for (int i = 0; i < b.n; i++) {
		if (y.labels[i] < 0 || y.labels[i] >= t.m.conf.labels)
			throw std::runtime_error("label " +
			    std::to_string(y.labels[i]) + " of " +
			    std::to_string(t.m.conf.labels));
		total += w.defined() ?
		    w.const_data_ptr<float>()[y.labels[i]] : 1;
	}
	if (!(total > 0))
		throw std::runtime_error("the class weights of a batch add "
		    "up to nothing");
	return total;
}

static uint64_t
step_seed(const Trainer &t, int64_t part)
{
	uint64_t s = t.conf.seed;

	s = s * 0x9e3779b97f4a7c15u + (uint64_t)t.steps;
	return s * 0x9e3779b97f4a7c15u + (uint64_t)part;
}

/* The gradient of the whole batch in the leaves, and in that of the words'
 * rows, which is returned; the loss. */
static Tensor
backward(Trainer &t, const torch_batch &b, const torch_target &y, int micro,
    bool dropout, double *loss)
{
	Model &m = t.m;
	double total = loss_total(t, b, y), sum = 0;
	int64_t i = 0, j, part = 0;

	trainer_forget(t);
	words_take(t, b);
	Tensor rows = t.words.rows.narrow(0, 0, (int64_t)t.words.ids.size())
	    .detach().requires_grad_(true);
	if (m.device != at::kCPU) {
		at::Generator g = at::globalContext().defaultGenerator(
		    m.device);

		g.set_current_seed(step_seed(t, 0));
	}
	std::vector<int32_t> slots((size_t)b.offsets[b.n]);
	for (size_t k = 0; k < slots.size(); k++)
		slots[k] = t.words.slot[(size_t)b.ids[k]];
	torch_batch slotted = b;
	slotted.ids = slots.data();
	for (; i < b.n; i = j, part++) {
		j = batch_cut(b, i, std::max(micro, 1),
		    tokens_at_once(m, true));
		Pass p(m, layout_make(m, slotted, i, j));

		p.graph = true;
		p.dropout = dropout;
		p.bf16 = t.conf.bf16 != 0;
		p.seed = step_seed(t, part);
		p.words = rows;
		if (m.conf.pad_id >= 0 && m.conf.pad_id < m.conf.vocab_size)
			p.pad = t.words.slot[(size_t)m.conf.pad_id];
		Tensor l = loss_of(t, p.logits(p.hidden()), y, i, j - i,
		    total);
		l.backward();
		sum += l.item<double>();
	}
	*loss = sum;
	return rows.grad();
}

static double
sum_of_squares(const Tensor &g)
{
	double n;

	if (!g.defined())
		return 0;
	n = at::linalg_vector_norm(g, 2, {}, false,
	    g.device() == at::kCPU ? at::kDouble : at::kFloat)
	    .item<double>();
	return n * n;
}

/* AdamW for those leaves that are decayed, or those that are not; a gradient
 * is divided by `divide`. */
static void
adamw(Trainer &t, Tensor &words_grad, bool decay, double rate,
    const Tensor &divide)
{
	at::TensorList none;
	std::vector<Tensor> p, g, m1, m2, at;
	Tensor step = at::full({}, (double)t.steps,
	    at::TensorOptions(at::kFloat).device(t.m.device));
	bool decayed = decay || t.conf.decay_all;

	if (decay) {
		int64_t n = (int64_t)t.words.ids.size();

		p.push_back(t.words.rows.narrow(0, 0, n));
		g.push_back(words_grad);
		m1.push_back(t.words.m.narrow(0, 0, n));
		m2.push_back(t.words.v.narrow(0, 0, n));
	}
	for (size_t i = 1; i < t.m.leaves.size(); i++) {
		const Tensor &x = *t.m.leaves[i].t;

		if (t.m.leaves[i].decay != decay || !x.grad().defined())
			continue;
		p.push_back(x.detach());
		g.push_back(x.grad());
		m1.push_back(t.m1[i - 1]);
		m2.push_back(t.m2[i - 1]);
	}
	at.assign(p.size(), step);
	at::_fused_adamw_(p, g, m1, m2, none, at, rate, t.conf.beta1,
	    t.conf.beta2, decayed ? t.conf.weight_decay : 0, t.conf.eps,
	    false, false, divide.defined() ? std::optional<Tensor>(divide) :
	    std::nullopt, std::nullopt);
}

void
trainer_step(Trainer &t, const torch_batch &b, const torch_target &y,
    int micro, double rate, torch_step *out)
{
	double loss, norm;
	Tensor divide;

	batch_check(t.m, b);
	at::AutoGradMode grad(true);
	Tensor words_grad = backward(t, b, y, micro, true, &loss);
	at::NoGradGuard no_grad;
	norm = sum_of_squares(words_grad);
	for (size_t i = 1; i < t.m.leaves.size(); i++)
		norm += sum_of_squares(t.m.leaves[i].t->grad());
	norm = std::sqrt(norm);
	if (!std::isfinite(norm) || !std::isfinite(loss))
		throw std::runtime_error("the loss is no number any more: a "
		    "lower learning rate may help");
	/* torch.nn.utils.clip_grad_norm_'s factor, as a divisor. */
	if (t.conf.clip_norm > 0 && norm + 1e-6 > t.conf.clip_norm)
		divide = at::full({}, (norm + 1e-6) / t.conf.clip_norm,
		    at::TensorOptions(at::kFloat).device(t.m.device));
	t.steps++;
	adamw(t, words_grad, true, rate, divide);
	adamw(t, words_grad, false, rate, divide);
	t.words.scale *= 1 - rate * t.conf.weight_decay;
	trainer_forget(t);
	model_unpack(t.m);
	if (out != nullptr)
		*out = { loss, norm };
}

void
trainer_gradients(Trainer &t, const torch_batch &b, const torch_target &y,
    int micro, double *loss, double *l2)
{
	batch_check(t.m, b);
	at::AutoGradMode grad(true);
	Tensor words_grad = backward(t, b, y, micro, false, loss);
	at::NoGradGuard no_grad;
	for (size_t i = 0; i < t.m.params.size(); i++) {
		const Param &p = t.m.params[i];
		Tensor g = p.leaf == 0 ? words_grad :
					 t.m.leaves[p.leaf].t->grad();

		if (g.defined() && p.rows >= 0)
			g = g.narrow(0, p.row, p.rows);
		l2[i] = g.defined() ? std::sqrt(sum_of_squares(g)) : 0;
	}
	trainer_forget(t);
}

/* Of a saved state: magic, sizes, steps, the words, then leaf by leaf. */
struct StateHead {
	char magic[8];
	int64_t steps, vocab, hidden, used, leaves;
	double scale;
};

static const char state_magic[8] = { 'T', 'T', 'S', 'T', 'A', 'T', 'E', '1' };

static void
put(torch_write_fn *write, void *arg, const void *data, size_t len)
{
	if (len > 0 && write(arg, data, len) != 0)
		throw std::runtime_error("the state could not be written");
}

static void
put_tensor(torch_write_fn *write, void *arg, const Tensor &t)
{
	Tensor c = t.detach().to(at::kCPU).contiguous();

	put(write, arg, c.const_data_ptr(), c.nbytes());
}

static void
get(torch_read_fn *read, void *arg, void *data, size_t len)
{
	if (len > 0 && read(arg, data, len) != 0)
		throw std::runtime_error("the state could not be read");
}

static void
get_tensor(torch_read_fn *read, void *arg, Tensor t)
{
	Tensor c = at::empty(t.sizes(), at::kFloat);

	get(read, arg, c.mutable_data_ptr(), c.nbytes());
	t.copy_(c);
}

void
trainer_write(Trainer &t, torch_write_fn *write, void *arg)
{
	at::NoGradGuard no_grad;
	Words &w = t.words;
	int64_t used = (int64_t)w.ids.size();
	StateHead head = { {}, t.steps, t.m.conf.vocab_size,
		t.m.conf.hidden_size, used, (int64_t)t.m.leaves.size(),
		w.scale };

	memcpy(head.magic, state_magic, sizeof head.magic);
	put(write, arg, &head, sizeof head);
	/* Rows without a slot are the base model's, times the scale. */
	put(write, arg, w.ids.data(), (size_t)used * sizeof w.ids[0]);
	if (used > 0)
		for (Tensor *x : { &w.rows, &w.m, &w.v })
			put_tensor(write, arg, x->narrow(0, 0, used));
	for (size_t i = 1; i < t.m.leaves.size(); i++) {
		put_tensor(write, arg, *t.m.leaves[i].t);
		put_tensor(write, arg, t.m1[i - 1]);
		put_tensor(write, arg, t.m2[i - 1]);
	}
}

static void
words_read(Trainer &t, const StateHead &head, torch_read_fn *read, void *arg)
{
	Words &w = t.words;
	std::vector<int32_t> ids((size_t)head.used);

	get(read, arg, ids.data(), ids.size() * sizeof ids[0]);
	w.ids.clear();
	w.rows = w.m = w.v = Tensor();
	w.slot.assign(w.slot.size(), -1);
	w.scale = head.scale;
	words_grow(w, head.used, t.m.words);
	for (int32_t id : ids) {
		if (id < 0 || id >= t.m.conf.vocab_size ||
		    w.slot[(size_t)id] >= 0)
			throw std::runtime_error("the state is damaged");
		w.slot[(size_t)id] = (int32_t)w.ids.size();
		w.ids.push_back(id);
	}
	if (head.used > 0)
		for (Tensor *x : { &w.rows, &w.m, &w.v })
			get_tensor(read, arg, x->narrow(0, 0, head.used));
}

void
trainer_read(Trainer &t, torch_read_fn *read, void *arg)
{
	at::NoGradGuard no_grad;
	StateHead head;

	get(read, arg, &head, sizeof head);
	if (memcmp(head.magic, state_magic, sizeof head.magic) != 0)
		throw std::runtime_error("not the state of a training");
	if (head.vocab != t.m.conf.vocab_size ||
	    head.hidden != t.m.conf.hidden_size || head.used < 0 ||
	    head.used > head.vocab ||
	    head.leaves != (int64_t)t.m.leaves.size())
		throw std::runtime_error("the state is another model's");
	words_read(t, head, read, arg);
	for (size_t i = 1; i < t.m.leaves.size(); i++) {
		get_tensor(read, arg, t.m.leaves[i].t->detach());
		get_tensor(read, arg, t.m1[i - 1]);
		get_tensor(read, arg, t.m2[i - 1]);
	}
	t.steps = head.steps;
	model_unpack(t.m);
}

} // namespace tt

torch_trainer::~torch_trainer()
{
	if (t)
		tt::trainer_close(*t);
}
