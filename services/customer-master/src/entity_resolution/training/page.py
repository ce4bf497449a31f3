"""Tells a training in words and tables (Markdown), for people who decide whether to use the model."""

from entity_resolution.training.report import Quality, Report


def report_page(report: Report, chart: str) -> str:
    """The report as a page; ``chart`` is the file name of the picture of the weights."""
    dirty = ", ".join(report.dirty_identifiers) or "none"
    changed = [change for change in report.changes if change.before != change.after]
    return "\n".join(
        [
            f"# Match model {report.version}",
            "",
            f"Trained from {report.base_version} by {report.method}, without labels from people.",
            "",
            "| learned from | |",
            "| --- | --- |",
            f"| records | {report.records} |",
            f"| candidate pairs | {report.pairs} |",
            f"| sure cores | {report.cores} |",
            f"| natural labels: same, different | {report.labels_same}, {report.labels_different} |",
            f"| identifiers too dirty to contradict | {dirty} |",
            "",
            "| single pairs, before clustering | before | after |",
            "| --- | --- | --- |",
            *_qualities(report.before, report.after),
            "",
            "Expected figures follow from the model's own probabilities; labelled ones are measured on the natural",
            "labels it learned from, without the values that gave them. `isthmus evaluate --model` tells more.",
            "",
            f"![What levels weigh]({chart})",
            "",
            "## Parameters",
            "",
            "In thousandths of natural-log odds; what is not listed stayed as it was.",
            "",
            "| field | level | before | after |",
            "| --- | --- | --- | --- |",
            *(f"| {one.field} | {one.level} | {one.before} | {one.after} |" for one in changed),
            "",
            "## Patterns",
            "",
            "What levels weigh together beyond their sum: the expert's mean probability, the labels, the adjustment.",
            "",
            "| pattern | labels | same | expert | adjustment |",
            "| --- | --- | --- | --- | --- |",
            *(
                f"| {' '.join(f'{field}:{group}' for field, group in cell.groups.items()) or 'nothing'} "
                f"| {cell.labels} | {cell.same} | {cell.expert:.3f} | {cell.adjust} |"
                for cell in sorted(report.cells, key=lambda cell: -cell.labels)
            ),
            "",
        ]
    )


def _qualities(before: Quality, after: Quality) -> list[str]:
    return [
        f"| {name.replace('_', ' ')} | {old:.4f} | {new:.4f} |"
        for name, old, new in zip(Quality._fields, before, after, strict=True)
    ]
