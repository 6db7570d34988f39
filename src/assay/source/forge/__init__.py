"""What a forge (GitHub, GitLab, Gitea, Forgejo) says about a repository: word of a third party."""
