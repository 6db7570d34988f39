# In the shop: a token in the second commit. It is made up here, and nobody ever issued it.
echo "DEPLOY_TOKEN=glpat-$(echo shop | git hash-object --stdin | cut -c1-20)" > deploy.env &&
git add . &&
git commit --quiet --message "Configure the deployment"
