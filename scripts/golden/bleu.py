"""Corpus BLEU by the formula of Papineni et al. 2002 in exact fractions, written apart from ours: clipped counts by multiset intersection.

Python 3.11, standard library only.  Command: /usr/bin/python3 scripts/golden/bleu.py > src/train/bleu.golden.json
sacreBLEU is not among Debian's packages, so it was not asked.
"""
import json
import math
import random
from collections import Counter
from fractions import Fraction


def bleu(candidates, references):
    precisions = []
    for n in range(1, 5):
        hits = total = 0
        for c, r in zip(candidates, references):
            grams = [Counter(zip(*[t[i:] for i in range(n)])) for t in (c, r)]
            hits += sum((grams[0] & grams[1]).values())
            total += sum(grams[0].values())
        precisions.append(Fraction(hits, total) if total else Fraction(0))
    c, r = sum(map(len, candidates)), sum(map(len, references))
    penalty = 1.0 if c >= r else math.exp(1 - r / c)
    product = math.prod(precisions)
    return {"score": 100 * penalty * float(product) ** 0.25, "precisions": [float(p) for p in precisions], "brevityPenalty": penalty}


random.seed(5)
words = "the a cat dog sits runs on under mat house and".split()
cases = []
for length in (6, 12):
    references = [[random.choice(words) for _ in range(random.randint(4, length))] for _ in range(20)]
    candidates = [[w if random.random() < 0.8 else random.choice(words) for w in r][: random.randint(3, length)] for r in references]
    cases.append({"candidates": candidates, "references": references, **bleu(candidates, references)})
# Papineni et al., §2.1, example 2: "the" is counted twice of seven times.
the = [["the"] * 7]
cases.append({"candidates": the, "references": ["the cat is on the mat".split()], **bleu(the, ["the cat is on the mat".split()])})
print(json.dumps(cases))
