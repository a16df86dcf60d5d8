"""Make minilm.json: texts and what sentence-transformers embeds them as.

    python minilm.py FOLDER-OF-all-MiniLM-L6-v2 > minilm.json

Made with sentence-transformers 6.2, transformers 5.23 and torch 2.15 on a
CPU, in f32.
"""
import json
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
from sentence_transformers import SentenceTransformer

TEXTS = [
    "", " ", "a", "Hello, world!", "hello world", "HELLO WORLD",
    "The quick brown fox jumps over the lazy dog.",
    "It's a well-known fact: don't feed the trolls (or else...).",
    "Café crème, naïve façade, Ångström, Dvořák, Nguyễn",
    "Zażółć gęślą jaźń", "Съешь ещё этих мягких французских булок",
    "敏捷的棕色狐狸跳过了懒狗", "素早い茶色の狐", "재빠른 갈색 여우",
    "الثعلب البني السريع", "שועל חום מהיר", "कृषि और ग्रामीण विकास",
    "👍🏽 family: 👨‍👩‍👧‍👦 flag: 🇫🇷", "x\u0301\u0327y z\u200dw",
    "tab\tnewline\nreturn\rend\u00a0nbsp\u3000wide",
    "control\u0001\u0007 and \ufffd replacement",
    "[CLS] literal [SEP] special [MASK] tokens [PAD] [UNK]",
    "https://example.org/a/b?c=d&e=%20#f user@example.org",
    "3.14159 2,718 1e-10 0x7fff 12:34:56 2024-02-29 $5.00 50%",
    "supercalifragilisticexpialidocious antidisestablishmentarianism",
    "a" * 150, "word" * 60, "!" * 90, ". . . . .",
    "one two three " * 4, "one two three " * 40, "one two three " * 84,
    "one two three " * 85, "Long text that is cut. " * 200,
    "The committee voted in favour of the policy after a long debate.",
    "The committee voted against the policy after a short debate.",
    "Ce projet de loi protège les locataires contre les expulsions.",
    "Dieses Gesetz schützt Mieter vor Kündigungen.",
    "library for reading and writing compressed archives - development "
    "files",
    "fast, lightweight window manager with tiling and floating layouts",
]

folder = sys.argv[1]
model = SentenceTransformer(folder, device="cpu")
# One at a time: no padding, so nothing depends on what stands beside it.
vectors = [model.encode(t, show_progress_bar=False) for t in TEXTS]
json.dump(
    {
        "max_length": model.max_seq_length,
        "texts": TEXTS,
        "embeddings": [[float(f"{x:.7g}") for x in v] for v in vectors],
    },
    sys.stdout,
    separators=(",", ":"),
)
