// SPDX-License-Identifier: MIT
#include "soak/resources.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QStringList>

#if defined(__GLIBC__)
#    include <malloc.h>
#endif

namespace {

qint64 heapInUse()
{
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
    const struct mallinfo2 info = mallinfo2();
    return qint64(info.uordblks + info.hblkhd) / 1024;
#else
    return 0;
#endif
}

} // namespace

Resources Resources::now()
{
    Resources resources;
    resources.heap = heapInUse();
    QFile status("/proc/self/status");
    if (!status.open(QIODevice::ReadOnly))
        return resources;
    const QList<QByteArray> lines = status.readAll().split('\n');
    for (const QByteArray &line : lines) {
        if (line.startsWith("VmRSS:"))
            resources.resident = line.mid(6).trimmed().split(' ').first().toLongLong();
        else if (line.startsWith("Threads:"))
            resources.threads = line.mid(8).trimmed().toLongLong();
    }
    status.close();
    resources.descriptors =
        QDir("/proc/self/fd").entryList(QDir::System | QDir::Files | QDir::NoDotAndDotDot).size();
    return resources;
}

QString Resources::toString() const
{
    return QStringLiteral("heap %1 KiB, resident %2 KiB, %3 descriptors, %4 threads")
        .arg(heap)
        .arg(resident)
        .arg(descriptors)
        .arg(threads);
}

Resources ResourceCurve::mean(size_t begin, size_t end) const
{
    Resources sum;
    const auto count = qint64(std::max<size_t>(1, end - begin));
    for (size_t i = begin; i < end; ++i) {
        sum.resident += m_samples[i].resident;
        sum.heap += m_samples[i].heap;
        sum.descriptors += m_samples[i].descriptors;
        sum.threads += m_samples[i].threads;
    }
    return {sum.resident / count, sum.heap / count, sum.descriptors / count, sum.threads / count};
}

QStringList ResourceCurve::growth() const
{
    const size_t quarter = m_samples.size() / 4;
    const Resources before = mean(quarter, 2 * quarter);
    const Resources after = mean(3 * quarter, m_samples.size());
    QStringList grown;
    const auto compare = [&](const char *what, qint64 from, qint64 to, qint64 slack) {
        if (to > from + from / 10 + slack)
            grown.append(QStringLiteral("%1 grew from %2 to %3").arg(what).arg(from).arg(to));
    };
    if (!isSanitized)
        compare("heap in KiB", before.heap, after.heap, 16 * 1024);
    compare("descriptors", before.descriptors, after.descriptors, 4);
    compare("threads", before.threads, after.threads, 2);
    return grown;
}
