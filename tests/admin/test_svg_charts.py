"""The coordinates of the charts."""

import pytest

from stripe_django.admin.rendering.svg_charts import Chart, Series, Step, Waterfall

TEXTS = {"key": "key", "title": "title", "description": "about", "tick": "{:g}".format}


def placed(bars):
    return [(bar.kind, bar.x, bar.y, bar.width, bar.height) for bar in bars]


def test_bars_stand_on_each_other_and_hang_from_the_axis():
    series = [
        Series("a", "gross", [30, 0], ["30", "0"]),
        Series("b", "applied", [10, 20], ["10", "20"]),
        Series("c", "refunds", [-40, 0], ["-40", "0"]),
    ]
    net = Series("d", "net", [0, 20], ["0", "20"])
    chart = Chart(**TEXTS, names=["Monday", "Tuesday"], series=series, total=net)
    assert [(tick.at, tick.text) for tick in chart.ticks] == [
        *(("100.00%", "-40"), ("75.00%", "-20"), ("50.00%", "0")),
        *(("25.00%", "20"), ("0.00%", "40")),
    ]
    assert placed(chart.bars) == [
        ("gross", "6.25%", "12.50%", "37.50%", "37.50%"),
        ("applied", "6.25%", "0.00%", "37.50%", "12.50%"),
        ("refunds", "6.25%", "50.00%", "37.50%", "50.00%"),
        ("net", "6.25%", "50.00%", "37.50%", "3"),
        ("applied", "56.25%", "25.00%", "37.50%", "25.00%"),
        ("net", "56.25%", "25.00%", "37.50%", "3"),
    ]
    assert [slot.lines for slot in chart.slots] == [
        ["Monday", "a 30", "b 10", "c -40", "d 0"],
        ["Tuesday", "a 0", "b 20", "c 0", "d 20"],
    ]
    assert list(chart.rows) == [
        ("Tuesday", ["0", "20", "0", "20"]),
        ("Monday", ["30", "10", "-40", "0"]),
    ]


def test_a_chart_without_a_value_has_an_axis_and_no_bar():
    series = [Series("a", "gross", [0], ["0"])]
    chart = Chart(**TEXTS, names=["Monday"], series=series)
    assert placed(chart.bars) == []
    assert [tick.text for tick in chart.ticks if tick.is_zero] == ["0"]


@pytest.mark.parametrize(
    ("highest", "top"), [(1, "1"), (7, "8"), (99, "100"), (101, "150"), (123_456, "150000")]
)
def test_the_axis_ends_at_a_round_number_above_all_bars(highest, top):
    chart = Chart(**TEXTS, names=["Monday"], series=[Series("a", "gross", [highest], [""])])
    assert f"{chart.scale.values[-1]:.0f}" == top


@pytest.mark.parametrize("highest", range(1, 60))
def test_an_axis_has_whole_numbers(highest):
    chart = Chart(**TEXTS, names=["Monday"], series=[Series("a", "gross", [highest], [""])])
    assert all(value == int(value) for value in chart.scale.values)
    assert len(chart.scale.values) <= 6


def test_only_as_many_labels_as_have_room_and_always_the_last():
    names = [str(number) for number in range(31)]
    chart = Chart(**TEXTS, names=names, series=[Series("a", "gross", [1] * 31, ["1"] * 31)])
    marks = [mark.text for mark in chart.marks]
    assert marks == ["30", "22", "14", "6"]


def test_each_step_of_a_waterfall_begins_where_the_one_before_has_ended():
    steps = [
        Step("opening", "total", 60, "60.00", "60", is_total=True),
        Step("new", "new", 40, "+40.00", "+40"),
        Step("churn", "churn", -20, "-20.00", "-20"),
        Step("closing", "total", 80, "80.00", "80", is_total=True),
    ]
    chart = Waterfall(**TEXTS, steps=steps)
    assert [(kind, y, height) for kind, _, y, _, height in placed(chart.bars)] == [
        ("total", "40.00%", "60.00%"),
        ("new", "0.00%", "40.00%"),
        ("churn", "0.00%", "20.00%"),
        ("total", "20.00%", "80.00%"),
    ]
    assert [(each.y, each.text) for each in chart.captions] == [
        *(("40.00%", "60"), ("0.00%", "+40"), ("0.00%", "-20"), ("20.00%", "80")),
    ]
    assert list(chart.rows) == [
        *(("opening", ["60.00"]), ("new", ["+40.00"])),
        *(("churn", ["-20.00"]), ("closing", ["80.00"])),
    ]
