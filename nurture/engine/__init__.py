"""The life of one email, a verb a file: enroll, dispatch, react, collect, notify."""
