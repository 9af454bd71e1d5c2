"""Amazon Personalize's resources and answers, over our own recipes: what an unchanged boto3 client or AWS CLI asks for.

`resources` is the one document of what there is; `operations/` changes it, one file per kind of resource; `jobs/` does the work that takes
time, in a process of its own; `answers/` makes lists from what was trained, and takes events in. HTTP and signatures are the web's.
"""
