"""Questionnaires (问卷): which question an answer leads to, and the score that comes of the answers. Pure.

Every number is an integer; a score runs from 0 to 1000. Questions nobody was led to, or answered, do not count.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from isthmus.contracts.feedback import Answer
from isthmus.contracts.fields import Code, Text
from isthmus.http import ApiModel, FieldError, ShortText

BEST = 1000
HIGHEST_NPS = 10
QuestionKind = Literal["scale", "choice", "choices", "nps", "text"]
Points = Annotated[int, Field(ge=0, le=BEST)]


class Option(ApiModel):
    """One option of a question (选项)."""

    code: Code = Field(description="Name of the option in answers (选项代码).")
    text: Text = Field(min_length=1, description="What it says (选项).")
    points: Points | None = Field(None, description="What it counts, 0 to 1000 (分值); null when it is not rated.")


class Branch(ApiModel):
    """Where an answer leads (跳转); the first that fits is taken, else the next question follows."""

    choice: Code | None = Field(None, description="Fits when this option was chosen (选项代码).")
    at_most: int | None = Field(None, ge=0, le=BEST, description="Fits when the score is at most this (评分上限).")
    goto: Code | None = Field(None, description="The later question it leads to (跳至题号); null ends the questions.")

    def fits(self, answer: Answer) -> bool:
        """Whether the answer takes this branch."""
        if self.choice is not None and self.choice not in answer.choices:
            return False
        return self.at_most is None or (answer.score is not None and answer.score <= self.at_most)


class Question(ApiModel):
    """One question of a survey (问题)."""

    code: Code = Field(description="Name of the question in answers (题号).", examples=["q1"])
    text: Text = Field(min_length=1, description="What is asked (题目).")
    factor: ShortText | None = Field(None, description="Factor it belongs to (因子).")
    kind: QuestionKind = Field("scale", description="Kind (题型): scale, choice (单选), choices (多选), nps, text.")
    weight: int = Field(1, ge=0, le=1000, description="Weight within its factor (权重).")
    highest: int = Field(10, ge=1, le=BEST, description="Best score of a scale (最高分).")
    options: list[Option] = Field(default_factory=list, max_length=50, description="Options to choose from (选项).")
    required: bool = Field(default=False, description="Whether who is led to it must answer (必答).")
    branches: list[Branch] = Field(default_factory=list, max_length=50, description="Where answers lead (跳转规则).")
    complaint_at_most: Points | None = Field(
        None, description="An answer that counts so little, in 0 to 1000, opens a complaint (低分预警值)."
    )

    def points(self, answer: Answer) -> Fraction | None:
        """What an answer counts, 0 to 1000; None for one that is not rated."""
        if self.kind in {"scale", "nps"}:
            highest = HIGHEST_NPS if self.kind == "nps" else self.highest
            return None if answer.score is None else Fraction(answer.score * BEST, highest)
        rated = [one.points for one in self.options if one.code in answer.choices and one.points is not None]
        return Fraction(sum(rated), len(rated)) if rated else None


class Factor(ApiModel):
    """A factor of a survey (因子) and what it weighs in the score."""

    name: ShortText = Field(description="Name (因子名称).", examples=["交车过程"])
    weight: int = Field(ge=1, le=1000, description="Weight in the score (因子权重).")


Questions = Annotated[list[Question], Field(max_length=200)]
Factors = Annotated[list[Factor], Field(max_length=50)]


def faults_of(questions: Sequence[Question], factors: Sequence[Factor]) -> Iterator[FieldError]:
    """What does not fit together in a questionnaire: codes twice, branches backwards, factors nobody declared."""
    place: dict[str, int] = {}
    for number, question in enumerate(questions):
        place.setdefault(question.code, number)
    names = {factor.name for factor in factors}
    if len(names) < len(factors):
        yield FieldError("/factors", "twice", "Each factor has its own name.")
    for number, question in enumerate(questions):
        here = f"/questions/{number}"
        if place[question.code] != number:
            yield FieldError(f"{here}/code", "twice", "Each question has its own code.")
        if factors and question.kind in {"scale", "choice", "choices"} and question.factor not in names:
            yield FieldError(f"{here}/factor", "unknown_factor", f"The factors are {', '.join(sorted(names))}.")
        yield from _faults_of_options(question, here)
        for branch_number, branch in enumerate(question.branches):
            if branch.goto is not None and place.get(branch.goto, -1) <= number:
                yield FieldError(f"{here}/branches/{branch_number}/goto", "not_later", "It leads to a later question.")


def _faults_of_options(question: Question, here: str) -> Iterator[FieldError]:
    options = {option.code for option in question.options}
    if question.kind in {"choice", "choices"} and not options:
        yield FieldError(f"{here}/options", "missing", "There is nothing to choose from.")
    if len(options) < len(question.options):
        yield FieldError(f"{here}/options", "twice", "Each option has its own code.")
    for number, branch in enumerate(question.branches):
        if branch.choice is not None and branch.choice not in options:
            yield FieldError(f"{here}/branches/{number}/choice", "unknown_option", "No such option.")


def path(questions: Sequence[Question], answers: Mapping[str, Answer]) -> list[Question]:
    """The questions these answers lead through, in order. Branches lead forward only, so it ends."""
    place = {question.code: number for number, question in enumerate(questions)}
    led: list[Question] = []
    number = 0
    while number < len(questions):
        question = questions[number]
        led.append(question)
        answer = answers.get(question.code)
        taken = next((one for one in question.branches if answer is not None and one.fits(answer)), None)
        number = number + 1 if taken is None else len(questions) if taken.goto is None else place[taken.goto]
    return led


def wrong_answers(questions: Sequence[Question], answers: Sequence[Answer]) -> Iterator[FieldError]:
    """What is wrong with answers: to no question, twice, not led to, not on the scale, missing."""
    by_code = {question.code: question for question in questions}
    led = path(questions, {answer.question: answer for answer in answers})
    led_to = {question.code for question in led}
    seen: set[str] = set()
    for number, answer in enumerate(answers):
        question, pointer = by_code.get(answer.question), f"/answers/{number}"
        if question is None:
            yield FieldError(f"{pointer}/question", "unknown_question", "The survey has no such question.")
            continue
        if answer.question in seen:
            yield FieldError(f"{pointer}/question", "answered_twice", "Each question is answered once.")
        if answer.question not in led_to:
            yield FieldError(f"{pointer}/question", "not_asked", "The answers before it lead past this question.")
        seen.add(answer.question)
        yield from _misfits(question, answer, pointer)
    for question in led:
        if question.required and question.code not in seen:
            yield FieldError("/answers", "unanswered", f"The question {question.code} needs an answer.")


def _misfits(question: Question, answer: Answer, pointer: str) -> Iterator[FieldError]:
    highest = HIGHEST_NPS if question.kind == "nps" else question.highest
    if question.kind in {"scale", "nps"} and answer.score is not None and not 0 <= answer.score <= highest:
        yield FieldError(f"{pointer}/score", "out_of_range", f"The scale is 0 to {highest}.")
    if question.kind in {"choice", "choices"}:
        if not set(answer.choices) <= {option.code for option in question.options}:
            yield FieldError(f"{pointer}/choices", "unknown_option", "The question has no such option.")
        if question.kind == "choice" and len(answer.choices) > 1:
            yield FieldError(f"{pointer}/choices", "one_only", "Only one option can be chosen.")


def score(questions: Sequence[Question], factors: Sequence[Factor], answers: Sequence[Answer]) -> int | None:
    """The score of answers, 0 to 1000: the weighted mean of the factors, each of its questions; None if none is rated.

    Without factors all questions are weighed as one.
    """
    by_code = {answer.question: answer for answer in answers}
    of_factor: dict[str | None, list[tuple[int, Fraction]]] = {}
    for question in path(questions, by_code):
        answer = by_code.get(question.code)
        points = question.points(answer) if answer is not None and question.kind != "nps" else None
        if points is not None and question.weight:
            of_factor.setdefault(question.factor if factors else None, []).append((question.weight, points))
    weights: dict[str | None, int] = {factor.name: factor.weight for factor in factors} or {None: 1}
    means = [(weights[name], _mean(rated)) for name, rated in of_factor.items() if name in weights]
    # Half a point is rounded up.
    return int(_mean(means) + Fraction(1, 2)) if means else None


def nps_of(questions: Sequence[Question], answers: Sequence[Answer]) -> int | None:
    """How likely the customer would recommend, 0 to 10 (推荐意愿): the answer to the first question of that kind."""
    kinds = {question.code: question.kind for question in questions}
    return next((answer.score for answer in answers if kinds.get(answer.question) == "nps"), None)


def is_low(questions: Sequence[Question], answers: Sequence[Answer]) -> bool:
    """Whether an answer is at or below what its question declares to open a complaint (低分预警)."""
    by_code = {question.code: question for question in questions}
    for answer in answers:
        question = by_code.get(answer.question)
        if question is None or question.complaint_at_most is None:
            continue
        points = question.points(answer)
        if points is not None and points <= question.complaint_at_most:
            return True
    return False


def _mean(weighted: Sequence[tuple[int, Fraction]]) -> Fraction:
    return sum((weight * value for weight, value in weighted), Fraction()) / sum(weight for weight, _ in weighted)
