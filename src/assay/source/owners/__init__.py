"""Who owns which path: the files CODEOWNERS of GitHub, GitLab and Gitea."""
