"""What Python programs and the command line make music with: songs as objects, results as typed values.

`import stemwright as sw` offers it; docs/python.md describes it. Heavy modules are imported when needed.
"""
