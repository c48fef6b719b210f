@rem What `exec` is to a POSIX shell, for the scripts of package.json that serve until Ctrl-C: there, the shell must
@rem give way to the script, or it would die of the same Ctrl-C and hide that the script ended well.
@%*
