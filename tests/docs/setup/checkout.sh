# A clone of Assay in the home folder, as the tutorial has made one by then.
ln -s "$CHECKOUT" ~/assay
