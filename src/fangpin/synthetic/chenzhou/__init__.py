"""What the generator knows of Chenzhou: names, families, work, departments, tables and their words.

This is the only place of the source that names Chinese programmes; it fills the China pack's feeds.
"""
