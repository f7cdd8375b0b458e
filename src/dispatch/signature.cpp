// SPDX-License-Identifier: MIT
#include "dispatch/signature.h"

#include <algorithm>

namespace QRepod {

namespace {

QMetaType parameterType(const QMetaMethod &method, int parameter)
{
    const QMetaType type = method.parameterMetaType(parameter);
    // moc leaves out a type that was incomplete in its header; it may be registered by name.
    return type.isValid() ? type : QMetaType(method.parameterType(parameter));
}

//! Whether \a key is \a name. Without a call of memcmp(): a message of ten fields is dispatched
//! faster by a tenth.
bool isSame(const QByteArray &name, QByteArrayView key)
{
    return name.size() == key.size()
        && std::equal(name.begin(), name.end(), key.begin(), std::equal_to<char>());
}

} // namespace

QByteArray withArticle(QByteArray noun)
{
    return noun.prepend(QByteArrayView("aeioAEIO").contains(noun.front()) ? "an " : "a ");
}

Signature::Signature(const QMetaMethod &method, int optional, Leading leading,
                     Converters &converters)
    : m_parameters(method.parameterCount())
{
    if (leading == Leading::Sender && m_parameters > 0)
        takeSender(method);
    const int first = int(m_fixed.size());
    const QMetaType only = m_parameters - first == 1 ? parameterType(method, first) : QMetaType();
    if (only.id() == QMetaType::QVariantMap || only.id() == QMetaType::QVariant)
        takeMessage(first + 1, only);
    else if (only.flags() & QMetaType::IsGadget)
        takeGadget(first + 1, only, converters);
    else
        takeFields(method, m_parameters - optional, converters);
    sortNames();
    if (m_fields.size() > maximumFields)
        m_fault = "it takes more than " + QByteArray::number(qulonglong(maximumFields)) + " fields";
}

void Signature::takeSender(const QMetaMethod &method)
{
    m_sender = parameterType(method, 0);
    const bool isVariant = m_sender.id() == QMetaType::QVariant;
    if (!isVariant && !(m_sender.flags() & QMetaType::PointerToQObject))
        m_fault = "its first parameter is " + withArticle(method.parameterTypeName(0))
            + ", not a pointer to the channel";
    m_needsSender = !isVariant;
    m_fixed.push_back({Fixed::Kind::Sender, 1, isVariant, isVariant ? reserve(m_sender) : 0});
}

bool Signature::isSender(const QObject *sender) const
{
    return sender && sender->metaObject()->inherits(m_sender.metaObject());
}

void Signature::takeMessage(int parameter, QMetaType type)
{
    const bool isVariant = type.id() == QMetaType::QVariant;
    m_fixed.push_back({Fixed::Kind::Message, parameter, isVariant, isVariant ? reserve(type) : 0});
}

void Signature::takeGadget(int parameter, QMetaType type, Converters &converters)
{
    const GadgetConverter *const converter = converters.findGadget(type);
    if (!converter) {
        m_fault = withArticle(type.name()) + " cannot be made without arguments";
        return;
    }
    m_gadget = type;
    m_fixed.push_back({Fixed::Kind::Gadget, parameter, false, reserve(type)});
    for (const GadgetConverter::Property &property : converter->properties()) {
        Field &field = m_fields.emplace_back();
        field.name = property.name();
        field.typeName = property.typeName();
        field.property = &property;
        field.parameter = parameter;
    }
}

void Signature::takeFields(const QMetaMethod &method, int required, Converters &converters)
{
    const QByteArrayList names = method.parameterNames();
    for (int i = int(m_fixed.size()); i < m_parameters && m_fault.isEmpty(); ++i) {
        const QMetaType type = parameterType(method, i);
        const Converter *const converter = converters.find(type);
        if (names[i].isEmpty()) {
            m_fault = "parameter " + QByteArray::number(i + 1) + " has no name";
        } else if (!converter) {
            m_fault = "no field can become " + withArticle(method.parameterTypeName(i));
        } else {
            addField(names[i], i + 1, type, converter);
            m_fields.back().isOptional = i >= required;
        }
    }
}

void Signature::addField(const QByteArray &name, int parameter, QMetaType type,
                         const Converter *converter)
{
    // Of these a value that fits sets every byte; of a gadget only those of the fields that come.
    const bool isPlain = type.id() < QMetaType::User
        && !(type.flags() & (QMetaType::NeedsConstruction | QMetaType::NeedsDestruction));
    if (!isPlain && m_fields.size() < maximumFields)
        m_constructed |= FieldSet(1) << m_fields.size();
    m_fields.push_back({name, type.name(), parameter, converter, type, reserve(type)});
}

void Signature::sortNames()
{
    for (size_t i = 0; i < m_fields.size(); ++i)
        m_names.push_back({m_fields[i].name, i});
    std::stable_sort(m_names.begin(), m_names.end(),
                     [](const Name &a, const Name &b) { return a.text < b.text; });
}

const Signature::Field *Signature::find(QByteArrayView key, size_t &next) const
{
    const auto isNamed = [key](const Name &name) { return isSame(name.text, key); };
    if (next < m_names.size() && isNamed(m_names[next]))
        return &m_fields[m_names[next++].field];
    const auto name = std::find_if(m_names.begin(), m_names.end(), isNamed);
    if (name == m_names.end())
        return nullptr;
    next = size_t(name - m_names.begin()) + 1;
    return &m_fields[name->field];
}

size_t Signature::reserve(QMetaType type)
{
    const auto alignment = std::max(size_t(type.alignOf()), size_t(1));
    const size_t offset = (m_size + alignment - 1) / alignment * alignment;
    m_size = offset + size_t(type.sizeOf());
    m_alignment = std::max(m_alignment, alignment);
    return offset;
}

} // namespace QRepod
