# What `repository` left in another home has been copied to this one.
cd shop
