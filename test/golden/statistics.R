# What R says of pairs of samples. One case per line of standard input, "x1 x2 ...;y1 y2 ...;pairs" with pairs 1 where
# the samples are paired; one line of numbers per case, in the order of `figures` in test/support/r.ts.

numbers <- function(text) as.numeric(strsplit(text, " ")[[1]])
show <- function(values) cat(paste(ifelse(is.na(values), "NA", sprintf("%.17g", values)), collapse = " "), "\n", sep = "")
essentially <- function(value) tryCatch(value, error = function(e) NULL)

student <- function(test) {
  c(test$statistic, test$parameter, test$p.value, test$conf.int)
}

hedges <- function(x, y) {
  m <- length(x) + length(y) - 2
  pooled <- sqrt(((length(x) - 1) * var(x) + (length(y) - 1) * var(y)) / m)
  exp(lgamma(m / 2) - lgamma((m - 1) / 2)) / sqrt(m / 2) * (mean(y) - mean(x)) / pooled
}

# Two-sided p of the rank sum: wilcox.test where it is exact or asymptotic on purpose; with ties in small samples, by
# trying every choice of ranks.
ranksum <- function(x, y) {
  tied <- anyDuplicated(c(x, y)) > 0
  small <- length(x) < 50 && length(y) < 50
  if (!tied || !small) return(suppressWarnings(wilcox.test(x, y, exact = small, correct = TRUE)$p.value))
  if (length(x) + length(y) > 12) return(NA)
  ranks <- rank(c(x, y))
  sums <- combn(length(ranks), length(x), function(chosen) sum(ranks[chosen]))
  here <- sum(ranks[seq_along(x)])
  min(1, 2 * min(mean(sums <= here), mean(sums >= here)))
}

for (line in readLines(file("stdin"))) {
  parts <- strsplit(line, ";")[[1]]
  x <- numbers(parts[1])
  y <- numbers(parts[2])
  welch <- essentially(t.test(y, x))
  paired <- if (parts[3] == "1") essentially(t.test(y, x, paired = TRUE)) else NULL
  u <- suppressWarnings(wilcox.test(x, y, exact = FALSE)$statistic)
  p <- ranksum(x, y)
  show(c(
    if (is.null(welch)) rep(NA, 5) else student(welch),
    if (is.null(paired)) rep(NA, 5) else student(paired),
    if (is.null(welch)) NA else hedges(x, y),
    u, p
  ))
}
