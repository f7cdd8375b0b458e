// SPDX-License-Identifier: MIT
#include <QRepod/interpolation.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace QRepod {

namespace {

constexpr qint64 memory = 5'000;
constexpr size_t maximumSamples = 512; // a sample every 10 ms

} // namespace

class Q_DECL_HIDDEN Interpolation::Private
{
public:
    struct Sample
    {
        qint64 time;
        double value;
    };

    double step(const Sample &from, const Sample &to) const;
    double wrapped(double value) const;
    double past(qint64 time) const;
    std::vector<Sample>::const_iterator firstAfter(qint64 time) const;
    void forgetOld();

    std::vector<Sample> samples; // by time
    int delay = 100;
    double period = 0;
    double maximumStep = 0;
};

//! Returns the difference from one sample to the next; 0 if it is a jump.
double Interpolation::Private::step(const Sample &from, const Sample &to) const
{
    const double difference = to.value - from.value;
    const double way = period > 0 ? std::remainder(difference, period) : difference;
    return maximumStep > 0 && std::abs(way) > maximumStep ? 0 : way;
}

double Interpolation::Private::wrapped(double value) const
{
    if (period <= 0)
        return value;
    const double rest = std::fmod(value, period);
    return rest < 0 ? rest + period : rest;
}

std::vector<Interpolation::Private::Sample>::const_iterator Interpolation::Private::firstAfter(
    qint64 time) const
{
    return std::upper_bound(samples.begin(), samples.end(), time,
                            [](qint64 t, const Sample &sample) { return t < sample.time; });
}

//! \a time must be that of the newest sample or later.
double Interpolation::Private::past(qint64 time) const
{
    const Sample &last = samples.back();
    if (samples.size() < 2)
        return last.value;
    const Sample &before = samples[samples.size() - 2];
    const auto duration = double(last.time - before.time);
    const auto passed = double(std::min<qint64>(time - last.time, delay));
    return last.value + step(before, last) * passed / duration;
}

void Interpolation::Private::forgetOld()
{
    const qint64 oldest = samples.back().time - memory;
    auto first = std::find_if(samples.begin(), samples.end(),
                              [oldest](const Sample &sample) { return sample.time >= oldest; });
    const std::ptrdiff_t surplus = std::ptrdiff_t(samples.size()) - std::ptrdiff_t(maximumSamples);
    first = std::max(first, samples.begin() + std::max<std::ptrdiff_t>(0, surplus));
    // Keep the one before, which the interpolation starts from.
    if (first != samples.begin())
        samples.erase(samples.begin(), first - 1);
}

Interpolation::Interpolation(int delay)
    : d(std::make_unique<Private>())
{
    setDelay(delay);
}

Interpolation::~Interpolation() = default;

Interpolation::Interpolation(const Interpolation &other)
    : d(std::make_unique<Private>(*other.d))
{
}

Interpolation::Interpolation(Interpolation &&) noexcept = default;

Interpolation &Interpolation::operator=(const Interpolation &other)
{
    if (this != &other)
        d = std::make_unique<Private>(*other.d);
    return *this;
}

Interpolation &Interpolation::operator=(Interpolation &&) noexcept = default;

int Interpolation::delay() const
{
    return d->delay;
}

void Interpolation::setDelay(int milliseconds)
{
    d->delay = std::max(0, milliseconds);
}

double Interpolation::period() const
{
    return d->period;
}

void Interpolation::setPeriod(double period)
{
    d->period = std::max(0.0, period);
}

double Interpolation::maximumStep() const
{
    return d->maximumStep;
}

void Interpolation::setMaximumStep(double step)
{
    d->maximumStep = std::max(0.0, step);
}

void Interpolation::addSample(qint64 time, double value)
{
    if (!std::isfinite(value))
        return;
    auto place =
        std::lower_bound(d->samples.begin(), d->samples.end(), time,
                         [](const Private::Sample &sample, qint64 t) { return sample.time < t; });
    if (place != d->samples.end() && place->time == time)
        place->value = value;
    else
        d->samples.insert(place, {time, value});
    d->forgetOld();
}

void Interpolation::hold(qint64 time)
{
    if (!isEmpty() && time > newestTime())
        addSample(time, d->samples.back().value);
}

double Interpolation::valueAt(qint64 time) const
{
    if (isEmpty())
        return 0;
    const auto next = d->firstAfter(time);
    if (next == d->samples.begin())
        return d->wrapped(next->value);
    if (next == d->samples.end())
        return d->wrapped(d->past(time));
    const Private::Sample &before = *(next - 1);
    const double share = double(time - before.time) / double(next->time - before.time);
    return d->wrapped(before.value + d->step(before, *next) * share);
}

void Interpolation::clear()
{
    d->samples.clear();
}

bool Interpolation::isEmpty() const
{
    return d->samples.empty();
}

qint64 Interpolation::newestTime() const
{
    return isEmpty() ? 0 : d->samples.back().time;
}

} // namespace QRepod
