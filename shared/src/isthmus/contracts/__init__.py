"""The published event language (发布语言): what services tell each other, and nothing else of ours."""
