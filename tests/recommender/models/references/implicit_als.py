"""What the library `implicit` makes of a small world, as JSON: .bench-venv/bin/python tests/recommender/models/references/implicit_als.py.

The packages of requirements-bench.txt are needed to run it, none to read it: the test takes the world from here.
"""

from __future__ import annotations

import json

N_USERS, N_FILMS = 12, 9
CONFIDENCE, REGULARISATION, N_FACTORS = 5.0, 1.0, 3


def has_rated(user: int, film: int) -> bool:
    return (user**3 + 5 * film**2 + 3 * user * film) % 11 < 4


def main() -> None:
    import numpy as np
    from implicit.cpu.als import AlternatingLeastSquares
    from scipy.sparse import csr_matrix

    confidence = csr_matrix([[CONFIDENCE * has_rated(user, film) for film in range(N_FILMS)] for user in range(N_USERS)], dtype=np.float32)
    model = AlternatingLeastSquares(
        factors=N_FACTORS, regularization=REGULARISATION, dtype=np.float64, use_cg=False, iterations=1000, num_threads=1, random_state=0
    )
    model.fit(confidence, show_progress=False)
    scores = model.user_factors @ model.item_factors.T
    print("[\n" + ",\n".join(json.dumps([round(score, 6) for score in row]) for row in scores.tolist()) + "\n]")


if __name__ == "__main__":
    main()
