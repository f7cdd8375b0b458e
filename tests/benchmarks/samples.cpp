// SPDX-License-Identifier: MIT
#include "samples.h"

#include <algorithm>
#include <cmath>

double percentile(std::vector<double> values, double percent)
{
    if (values.empty())
        return std::nan("");
    const auto last = double(values.size() - 1);
    const auto index = std::ptrdiff_t(std::ceil(last * percent / 100));
    std::nth_element(values.begin(), values.begin() + index, values.end());
    return values[size_t(index)];
}

double median(std::vector<double> values)
{
    return percentile(std::move(values), 50);
}

std::map<QString, double> latencies(const std::vector<double> &nanoseconds)
{
    return {{"median µs", median(nanoseconds) / 1e3},
            {"p99 µs", percentile(nanoseconds, 99) / 1e3}};
}
