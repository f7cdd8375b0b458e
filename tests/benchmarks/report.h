// SPDX-License-Identifier: MIT
#pragma once

#include "samples.h"

#include <QtCore/qjsonobject.h>

//! The samples of one scenario, one row per round.
class Report
{
public:
    explicit Report(const Scenario &scenario)
        : m_scenario(scenario)
        , m_samples(scenario.contenders.size())
    {
    }

    void add(size_t contender, Sample &&sample)
    {
        m_samples[contender].push_back(std::move(sample));
    }

    //! Prints the table on standard output.
    void print() const;

    QJsonObject json() const;

private:
    //! Returns a metric in each round; empty if the contender does not have it.
    std::vector<double> values(size_t contender, const QString &metric) const;
    std::map<QString, double> cpu(size_t contender) const;

    //! Returns the ratio in each round; empty if a contender was skipped.
    std::vector<double> ratios(const Target &target) const;
    bool isMet(const Target &target) const;
    void printTarget(const Target &target) const;
    QJsonObject json(const Target &target) const;

    const Scenario &m_scenario;
    std::vector<std::vector<Sample>> m_samples; // by contender
};
