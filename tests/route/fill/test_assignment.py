from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from mapp.route.fill.assignment import Search

SCORES = st.integers(-40, 40).map(lambda n: n / 8)
ROWS = st.lists(
    st.lists(st.tuples(SCORES, st.integers(0, 15)), min_size=1, max_size=4), min_size=1, max_size=4
)


def best_by_trying_all(rows: list[list[tuple[float, int]]]) -> float:
    best = float("-inf")
    for chosen in product(*rows):
        taken = 0
        for _, mask in chosen:
            if taken & mask:
                break
            taken |= mask
        else:
            best = max(best, sum(score for score, _ in chosen))
    return best


@given(ROWS)
def test_the_search_finds_the_best_choice_without_overlap(rows: list[list[tuple[float, int]]]) -> None:
    rows = [[*row, (-20.0, 0)] for row in rows]
    search = Search(
        [[score for score, _ in row] for row in rows], [[mask for _, mask in row] for row in rows]
    )
    chosen, total = search.run()
    assert abs(total - best_by_trying_all(rows)) < 1e-9
    taken = 0
    for row, place in zip(rows, chosen, strict=True):
        assert not taken & row[place][1]
        taken |= row[place][1]
