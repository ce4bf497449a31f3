"""The profile (客户档案) of a golden customer: segment, stage, life cycle, grade and what is open, with the reasons."""
