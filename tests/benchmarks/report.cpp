// SPDX-License-Identifier: MIT
#include "report.h"

#include <QtCore/qjsonarray.h>

#include <algorithm>
#include <cstdio>

namespace {

struct Spread
{
    explicit Spread(const std::vector<double> &values)
        : middle(median(values))
        , least(*std::min_element(values.begin(), values.end()))
        , most(*std::max_element(values.begin(), values.end()))
    {
    }

    const double middle;
    const double least;
    const double most;
};

QJsonObject spreadOf(const std::vector<double> &values)
{
    const Spread spread(values);
    QJsonArray rounds;
    for (const double value : values)
        rounds.append(value);
    return {
        {"median", spread.middle}, {"min", spread.least}, {"max", spread.most}, {"rounds", rounds}};
}

} // namespace

std::vector<double> Report::values(size_t contender, const QString &metric) const
{
    std::vector<double> values;
    for (const Sample &sample : m_samples[contender]) {
        const auto value = sample.values.find(metric);
        if (value != sample.values.end())
            values.push_back(value->second);
    }
    return values;
}

std::map<QString, double> Report::cpu(size_t contender) const
{
    std::map<QString, std::vector<double>> times;
    for (const Sample &sample : m_samples[contender]) {
        for (const auto &[thread, time] : sample.cpu)
            times[thread].push_back(time);
    }
    std::map<QString, double> medians;
    for (const auto &[thread, values] : times)
        medians[thread] = median(values);
    return medians;
}

std::vector<double> Report::ratios(const Target &target) const
{
    const auto valuesOf = [&](const QString &name) {
        for (size_t i = 0; i < m_samples.size(); ++i) {
            if (m_scenario.contenders[i].name == name)
                return values(i, target.metric);
        }
        return std::vector<double>();
    };
    std::vector<double> of = valuesOf(target.of);
    if (target.to.isEmpty()) // a bound for the value itself
        return of;
    const std::vector<double> to = valuesOf(target.to);
    of.resize(std::min(of.size(), to.size()));
    std::transform(of.begin(), of.end(), to.begin(), of.begin(), std::divides());
    return of;
}

bool Report::isMet(const Target &target) const
{
    const double ratio = median(ratios(target));
    return target.kind == Target::AtLeast ? ratio >= target.bound : ratio <= target.bound;
}

void Report::print() const
{
    std::printf("\n%s: %s\n", qPrintable(m_scenario.name), qPrintable(m_scenario.title));
    for (size_t i = 0; i < m_samples.size(); ++i) {
        if (m_samples[i].empty())
            continue;
        for (const auto &[metric, unused] : m_samples[i].front().values) {
            const Spread spread(values(i, metric));
            std::printf("  %-28s %14.6g %-16s (%.6g to %.6g)\n",
                        qPrintable(m_scenario.contenders[i].name), spread.middle,
                        qPrintable(metric), spread.least, spread.most);
        }
        for (const auto &[thread, time] : cpu(i)) {
            if (time >= 0.01)
                std::printf("  %28s %14.2f µs of CPU\n", qPrintable(thread), time);
        }
    }
    for (const Target &target : m_scenario.targets)
        printTarget(target);
    std::fflush(stdout);
}

void Report::printTarget(const Target &target) const
{
    const std::vector<double> ratio = ratios(target);
    if (ratio.empty())
        return;
    const Spread spread(ratio);
    const QString bound =
        QStringLiteral("%1 %2").arg(target.kind == Target::AtLeast ? "≥" : "≤").arg(target.bound);
    const QString what = target.to.isEmpty() ? target.of : target.of + " / " + target.to;
    std::printf("  %-6s %s, %s: %.3g (%.3g to %.3g), wanted %s\n", isMet(target) ? "met" : "MISSED",
                qPrintable(what), qPrintable(target.metric), spread.middle, spread.least,
                spread.most, qPrintable(bound));
}

QJsonObject Report::json() const
{
    QJsonArray contenders;
    for (size_t i = 0; i < m_samples.size(); ++i) {
        if (m_samples[i].empty())
            continue;
        QJsonObject metrics;
        for (const auto &[metric, unused] : m_samples[i].front().values)
            metrics[metric] = spreadOf(values(i, metric));
        QJsonObject times;
        for (const auto &[thread, time] : cpu(i))
            times[thread] = time;
        contenders.append(QJsonObject{{"name", m_scenario.contenders[i].name},
                                      {"metrics", metrics},
                                      {"cpu µs/message", times}});
    }
    QJsonArray targets;
    for (const Target &target : m_scenario.targets) {
        if (!ratios(target).empty())
            targets.append(json(target));
    }
    return {{"name", m_scenario.name},
            {"title", m_scenario.title},
            {"contenders", contenders},
            {"targets", targets}};
}

QJsonObject Report::json(const Target &target) const
{
    return {{"metric", target.metric},
            {"of", target.of},
            {"to", target.to},
            {target.kind == Target::AtLeast ? "at least" : "at most", target.bound},
            {"measured", spreadOf(ratios(target))},
            {"met", isMet(target)}};
}
