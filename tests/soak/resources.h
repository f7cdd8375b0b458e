// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QString>

#include <vector>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool isSanitized = true;
#elif defined(__has_feature)
constexpr bool isSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool isSanitized = false;
#endif

//! What the process holds now, as /proc says; zeros on systems that have none.
struct Resources
{
    qint64 memory = 0; ///< resident, in KiB
    qint64 descriptors = 0;
    qint64 threads = 0;

    static Resources now();
    QString toString() const;
};

//! Samples over a run, and whether they grow.
class ResourceCurve
{
public:
    void add(const Resources &sample) { m_samples.push_back(sample); }

    //! Compares the second quarter of the run with the last: what has grown, one text each.
    ///
    /// The first quarter is for warming up. With a sanitizer, memory that was freed is still held,
    /// so memory is left to that.
    QStringList growth() const;

private:
    Resources mean(size_t begin, size_t end) const;

    std::vector<Resources> m_samples;
};
