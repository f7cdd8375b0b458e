// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qstring.h>

#include <functional>
#include <map>
#include <vector>

//! What one contender did in one round.
struct Sample
{
    std::map<QString, double> values; ///< by metric, whose name ends with its unit
    std::map<QString, double> cpu;    ///< of each thread, in microseconds per message
};

//! One of those that are compared.
struct Contender
{
    QString name;
    std::function<Sample()> run;
};

//! A bound on the ratio of one contender to another in the same round.
struct Target
{
    QString metric;
    QString of;
    QString to;
    enum Kind { AtLeast, AtMost } kind;
    double bound;
};

struct Scenario
{
    QString name;  ///< as in `--scenario`
    QString title; ///< a line for the reader
    std::vector<Contender> contenders;
    std::vector<Target> targets;
};

double median(std::vector<double> values);

//! \a percent of the values are not above it.
double percentile(std::vector<double> values, double percent);

//! Median and 99th percentile of \a nanoseconds, in microseconds.
std::map<QString, double> latencies(const std::vector<double> &nanoseconds);
