"""Does a folder that tagtiger wrote give transformers the same logits?

    python finetuned.py TAGTIGER FOLDER

TAGTIGER is the program; its `base classify` is compared with
AutoModelForSequenceClassification on a few texts. Ends with status 1 where
they are more than 1e-4 apart, or the folder does not load without a word
about missing or unexpected weights.
"""
import json
import os
import subprocess
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

TEXTS = [
    "", "a", "Hello, world!", "Café crème, naïve façade",
    "敏捷的棕色狐狸跳过了懒狗", "The committee voted in favour of the policy.",
    "library for reading and writing compressed archives", "word " * 700,
]

program, folder = sys.argv[1:]
out = subprocess.run(
    [program, "base", "classify", folder],
    input="".join(json.dumps(t) + "\n" for t in TEXTS),
    capture_output=True, text=True, check=True).stdout
ours = [json.loads(line)["logits"] for line in out.splitlines()]
assert len(ours) == len(TEXTS), out

tokenizer = AutoTokenizer.from_pretrained(folder)
model, info = AutoModelForSequenceClassification.from_pretrained(
    folder, output_loading_info=True)
odd = {k: v for k, v in info.items() if v}
model.eval()
worst = 0.0
with torch.inference_mode():
    for text, row in zip(TEXTS, ours):
        batch = tokenizer(text, truncation=True, return_tensors="pt",
                          max_length=model.config.max_position_embeddings)
        theirs = model(**batch).logits[0]
        worst = max(worst, (theirs - torch.tensor(row)).abs().max().item())
print(f"{len(TEXTS)} texts, labels {model.config.id2label}, "
      f"largest difference {worst:.2g}")
if odd:
    print("loading:", odd)
sys.exit(1 if odd or worst > 1e-4 else 0)
