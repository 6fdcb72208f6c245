"""What each kind of file or collection holds, as songs of the corpus."""
