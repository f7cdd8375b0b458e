// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qstring.h>

#include <functional>
#include <map>
#include <vector>

//! The result of one contender in one round.
struct Sample
{
    std::map<QString, double> values; ///< by metric, whose name ends with its unit
    std::map<QString, double> cpu;    ///< by thread, in microseconds per message
};

//! One of the things that are compared.
struct Contender
{
    QString name;
    std::function<Sample()> run;
};

//! A bound for the ratio of one contender to another in the same round.
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
    QString title; ///< one line for the reader
    std::vector<Contender> contenders;
    std::vector<Target> targets;
};

double median(std::vector<double> values);

//! Returns the value that \a percent of the values do not exceed.
double percentile(std::vector<double> values, double percent);

//! Returns median and 99th percentile of \a nanoseconds, in microseconds.
std::map<QString, double> latencies(const std::vector<double> &nanoseconds);
