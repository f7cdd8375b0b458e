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

//! The resources that the process holds now, from /proc and glibc; zeros on other systems.
struct Resources
{
    qint64 resident = 0; ///< memory in KiB, including what glibc's arenas keep for later
    qint64 heap = 0;     ///< memory in use, in KiB
    qint64 descriptors = 0;
    qint64 threads = 0;

    static Resources now();
    QString toString() const;
};

//! Samples during a run, and whether they grow.
class ResourceCurve
{
public:
    void add(const Resources &sample) { m_samples.push_back(sample); }

    //! Compares the second quarter of the run with the last; returns a text for each growth.
    ///
    /// The first quarter is for warming up. Resident memory is not compared: each thread's arena
    /// keeps its own high-water mark, so it approaches a bound slowly. With a sanitizer, checking
    /// memory is left to the sanitizer.
    QStringList growth() const;

private:
    Resources mean(size_t begin, size_t end) const;

    std::vector<Resources> m_samples;
};
