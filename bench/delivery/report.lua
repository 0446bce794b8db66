-- Says what wrk counted in a line of numbers, instead of prose to be taken apart.
done = function(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        "COUNTED %d %d %d %d %d\n",
        summary.requests,
        summary.duration,
        latency:percentile(50),
        latency:percentile(99),
        errors.connect + errors.read + errors.write + errors.status + errors.timeout
    ))
end
