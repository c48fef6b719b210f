# Holm's correction: one line of p values in, the corrected ones out.
for (line in readLines(file("stdin"))) {
  cat(sprintf("%.17g", p.adjust(as.numeric(strsplit(line, " ")[[1]]), "holm")), "\n")
}
