from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from feedback.questionnaire import Branch, Factor, Option, Question, faults_of, is_low, path, score, wrong_answers
from isthmus.contracts.feedback import Answer

FACTORS = [Factor(name="process", weight=30), Factor(name="people", weight=70)]
CODES = [f"q{number}" for number in range(1, 7)]


def asked(code: str, **details: Any) -> Question:
    return Question(code=code, text="?", **{"factor": "people", **details})


@st.composite
def questionnaires(draw: st.DrawFn) -> list[Question]:
    """Scales of two factors that branch forward."""
    made = []
    for number, code in enumerate(CODES):
        later = [*CODES[number + 1 :], None]
        limits = draw(st.lists(st.tuples(st.integers(0, 10), st.sampled_from(later)), max_size=2))
        branches = [Branch(at_most=limit, goto=goto) for limit, goto in limits]
        factor, weight = draw(st.sampled_from(["process", "people"])), draw(st.integers(1, 9))
        made.append(asked(code, factor=factor, weight=weight, branches=branches))
    return made


ANSWERS = st.dictionaries(st.sampled_from(CODES), st.integers(0, 10)).map(
    lambda given: [Answer(question=code, score=value) for code, value in given.items()]
)


@given(questionnaires(), ANSWERS)
def test_a_path_goes_forward_from_the_first_question_and_ends(questions: list[Question], answers: list[Answer]) -> None:
    led = [question.code for question in path(questions, {answer.question: answer for answer in answers})]
    assert led[0] == "q1"
    assert led == sorted(set(led))


@given(questionnaires(), ANSWERS)
def test_questions_that_were_passed_over_do_not_count(questions: list[Question], answers: list[Answer]) -> None:
    led = {question.code for question in path(questions, {answer.question: answer for answer in answers})}
    heard = [answer for answer in answers if answer.question in led]
    assert score(questions, FACTORS, answers) == score(questions, FACTORS, heard)
    passed_over = {int(fault.pointer.split("/")[2]) for fault in wrong_answers(questions, answers)}
    assert passed_over == {number for number, answer in enumerate(answers) if answer.question not in led}


@given(questionnaires(), ANSWERS, st.sampled_from(CODES))
def test_a_better_answer_on_the_same_path_never_lowers_the_score(
    questions: list[Question], answers: list[Answer], code: str
) -> None:
    better = [
        answer.model_copy(update={"score": min(10, (answer.score or 0) + 1)}) if answer.question == code else answer
        for answer in answers
    ]
    straight = [question.model_copy(update={"branches": []}) for question in questions]
    before, after = score(straight, FACTORS, answers), score(straight, FACTORS, better)
    assert (before is None) == (after is None) == (not answers)
    assert before is None or after is None or 0 <= before <= after <= 1000


@given(questionnaires(), st.sets(st.sampled_from(CODES), min_size=1), st.integers(0, 10))
def test_equal_answers_give_that_score_whatever_the_weights(
    questions: list[Question], codes: set[str], value: int
) -> None:
    straight = [question.model_copy(update={"branches": []}) for question in questions]
    answers = [Answer(question=code, score=value) for code in sorted(codes)]
    assert score(straight, FACTORS, answers) == score(straight, [], answers) == value * 100


def test_factors_are_weighed_whatever_the_number_of_their_questions() -> None:
    questions = [asked("q1", factor="process"), asked("q2"), asked("q3", weight=3)]
    answers = [Answer(question="q1", score=10), Answer(question="q2", score=0), Answer(question="q3", score=8)]
    assert score(questions, FACTORS, answers) == 720  # 30 % of 1000 and 70 % of 600


def test_options_count_what_they_declare_and_a_free_text_nothing() -> None:
    options = [Option(code="yes", text="是", points=1000), Option(code="no", text="否", points=200)]
    questions = [asked("q1", kind="choice", options=options, complaint_at_most=200), asked("q2", kind="text")]
    answers = [Answer(question="q1", choices=["no"]), Answer(question="q2", text="慢")]
    assert score(questions, [], answers) == 200
    assert is_low(questions, answers)
    assert not is_low(questions, [Answer(question="q1", choices=["yes"])])
    wrong = [Answer(question="q1", choices=["maybe"]), Answer(question="q1", choices=["yes", "no"])]
    assert [fault.code for fault in wrong_answers(questions, wrong)] == ["unknown_option", "answered_twice", "one_only"]


def test_a_questionnaire_that_does_not_fit_together_is_told_why() -> None:
    questions = [
        asked("q1", branches=[Branch(at_most=3, goto="q1")]),
        asked("q1", factor="price"),
        asked("q3", kind="choice", branches=[Branch(choice="yes")]),
    ]
    assert [(fault.pointer, fault.code) for fault in faults_of(questions, FACTORS)] == [
        ("/questions/0/branches/0/goto", "not_later"),
        ("/questions/1/code", "twice"),
        ("/questions/1/factor", "unknown_factor"),
        ("/questions/2/options", "missing"),
        ("/questions/2/branches/0/choice", "unknown_option"),
    ]
